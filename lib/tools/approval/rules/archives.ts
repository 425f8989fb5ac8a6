import type { Arguments } from "../arguments.ts";
import { plainWord } from "../invocation.ts";
import { loses } from "./outputs.ts";
import { each, first, type Rule, type Rules, when } from "./rule.ts";

const MOVES = "deletes files after it has packed them, or takes them out of an archive";
const OVER = "overwrites files with those of an archive";

/** The archive that tar makes anew, where there is one. */
const packsOver: Rule = (args, invocation, scene) => {
  const [letters = ""] = args.words;
  const isNew = /^-?[a-zA-Z]*c[a-zA-Z]*$/.test(letters) || args.hasLong("create");
  const archive = /^[a-zA-Z]*f$/.test(letters) ? args.words[1] : args.valueOf("-f", "--file");
  return isNew && archive !== undefined ? loses([plainWord(archive)], invocation, scene) : null;
};

/** Into the root or a directory of the system. */
function extractsOver(args: Arguments): boolean {
  const into = args.valueOf("-C", "--directory");
  const isExtract = args.has("x") || args.hasLong("extract") ||
    /^x|^[a-z]*x[a-z]*f?$/.test(args.words[0] ?? "");
  return isExtract && into !== undefined && /^\/(etc|usr|bin|lib\w*|boot|root)?\/?$/.test(into);
}

/** What packs and unpacks files. */
export const ARCHIVES: Rules = {
  tar: first(
    when(MOVES, (args) => args.hasLong("remove-files", "delete", "recursive-unlink")),
    when(OVER, extractsOver),
    packsOver,
  ),
  unzip: when(OVER, (args) => args.has("o")),
  zip: when(MOVES, (args) => args.has("md") || args.hasLong("move", "delete")),
  ...each(
    "7z 7za 7zr 7zz",
    first(
      when(MOVES, (args) => args.verb === "d" || args.hasWord("-sdel")),
      when(OVER, (args) => /^[xe]$/.test(args.verb) && args.hasWord("-y", "-aoa")),
    ),
  ),
  ...each(
    "rar unrar",
    first(
      when(MOVES, (args) => /^(d|m|mf)$/.test(args.verb) || args.hasWord("-df", "-dr", "-dw")),
      when(OVER, (args) => /^[xe]$/.test(args.verb) && args.hasWord("-y", "-o+")),
    ),
  ),
  cpio: when(OVER, (args) => args.has("ip") && args.has("u") || args.hasLong("unconditional")),
};
