import { type Invocation, plainWord } from "../invocation.ts";
import type { Risk } from "../risk.ts";
import { loses } from "./outputs.ts";
import { holds, OVERWRITES, type Scene } from "./rule.ts";

/** A command of ed(1) and its relatives that takes away every line. */
const EMPTIES =
  /(^|[|:\n;+])\s*:?\s*(%|[01],\$|,|g\/[.^]?\*?\/|g!\/\$\^\/)\s*(norm(al)?!? *dd|d|de|del|delete)\s*(!|_|$|[|\n])|(^|[|\n+\s"'])(gg|1G)"?_?dG/;
const ERASES = /\berase-buffer\b/;
/** What awk prints into a file anew, and what sed writes lines into. */
const AWK_FILE = /[^>]>\s*"([^"\n]{1,400})"/g;
const SED_FILE = /(?:^|[;{}\n\s\d$/!]|\/[gpI0-9]+)w\s+(\S{1,400})/g;

/** Why a filter or an editor asks by what it is told to write or to take away; null: it does not. */
export function editsRisk(invocation: Invocation, scene: Scene): Risk | null {
  const { name, args, input } = invocation;
  const texts = [...args.map(({ text }) => text), ...(input?.isStatic === true ? [input.text] : [])];
  if (name === "vim" || name === "ed") return texts.some((text) => holds(EMPTIES, text)) ? OVERWRITES : null;
  if (name === "emacs") return texts.some((text) => holds(ERASES, text)) ? OVERWRITES : null;
  const pattern = name === "awk" ? AWK_FILE : name === "sed" ? SED_FILE : null;
  if (pattern === null) return null;
  const files = texts.flatMap((text) => [...text.matchAll(pattern)].map(([, file = ""]) => plainWord(file)));
  return loses(files, invocation, scene);
}
