import { Arguments } from "../arguments.ts";
import { type Invocation, plainWord } from "../invocation.ts";
import type { Risk } from "../risk.ts";
import { loses } from "./outputs.ts";
import { holds, OVERWRITES, type Scene, UNKNOWN } from "./rule.ts";

/** A command of ed(1) and its relatives that takes away every line. */
const EMPTIES =
  /(^|[|:\n;+])\s*:?\s*(%|[01],\$|,|g\/[.^]?\*?\/|g!\/\$\^\/)\s*(norm(al)?!? *dd|d|de|del|delete)\s*(!|_|$|[|\n])|(^|[|\n+\s"'])(gg|1G)"?_?dG/;
const ERASES = /\berase-buffer\b/;
/** The file that an editor is told to write its text into. */
const WRITTEN = /(?:^|[|:\n+])\s*(?:w|wri(?:te)?|sav(?:eas)?)!?[ \t]+([^\s|!>][^\s|]{0,400})/g;
/** A program of sed that deletes by a command made of the lines that it reads. */
const RUNS_LINES = /^[^;\n]{0,20}s(.)[^\n]*\b(rm|unlink|shred|mv|dd)\s[^\n]*\1[gpiIm0-9]*e[gpiIm0-9]*$/;
/** What awk prints into a file anew, and what sed writes lines into. */
const AWK_FILE = /[^>]>\s*"([^"\n]{1,400})"/g;
const SED_FILE = /(?:^|[;{}\n\s\d$/!]|\/[gpI0-9]+)w\s+(\S{1,400})/g;

/** Why a filter or an editor asks by what it is told to write or to take away; null: it does not. */
export function editsRisk(invocation: Invocation, scene: Scene): Risk | null {
  const { name, args, input } = invocation;
  const texts = [...args.map(({ text }) => text), ...(input?.isStatic === true ? [input.text] : [])];
  if (name === "vim" || name === "ed") {
    return texts.some((text) => holds(EMPTIES, text))
      ? OVERWRITES
      : losesFiles(texts, WRITTEN, invocation, scene);
  }
  if (name === "emacs") return texts.some((text) => holds(ERASES, text)) ? OVERWRITES : null;
  if (leavesNothing(invocation)) return OVERWRITES;
  if (name === "sed" && texts.some((text) => RUNS_LINES.test(text))) return UNKNOWN;
  const pattern = name === "awk" ? AWK_FILE : name === "sed" ? SED_FILE : null;
  return pattern === null ? null : losesFiles(texts, pattern, invocation, scene);
}

function losesFiles(
  texts: readonly string[],
  pattern: RegExp,
  invocation: Invocation,
  scene: Scene,
): Risk | null {
  const files = texts.flatMap((text) => [...text.matchAll(pattern)].map(([, file = ""]) => plainWord(file)));
  return loses(files, invocation, scene);
}

/** Whether a filter edits files in place and prints none of their lines. */
function leavesNothing(invocation: Invocation): boolean {
  const { name } = invocation;
  const args = new Arguments(invocation);
  const prints = args.words.some((word) => !word.startsWith("-") && /print|puts|say|\$</.test(word));
  if (name === "awk") {
    const [program = ""] = args.operands.filter((word) => word !== "inplace");
    return args.hasWord("inplace") && /^\s*\{[^{}]*\}\s*$/.test(program) && !prints;
  }
  if (name !== "sed" && name !== "perl" && name !== "ruby") return false;
  const isKept = args.words.some((word) => /^-\w*i[.~]/.test(word));
  const isInPlace = !isKept && (name === "sed" ? args.editsInPlace : args.has("i"));
  const isSilent = args.has("n") && !args.has("p") || args.hasLong("quiet", "silent");
  const [script = ""] = args.operands;
  return isInPlace &&
    (name === "sed"
      ? /^\s*([01],\$)?\s*[dD]\s*$/.test(script) ||
        (isSilent && !/[pPiacw=]/.test(args.operands.slice(0, -1).join(" ")))
      : isSilent && !prints);
}
