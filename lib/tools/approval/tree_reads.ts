import { Arguments } from "./arguments.ts";
import { isPattern, mayMean } from "./glob.ts";
import type { Invocation } from "./invocation.ts";
import { KEY_SAMPLES } from "./key_places.ts";
import { absolute, below, homeRest, keysRisk, startupRisk } from "./path_risks.ts";
import type { Risk, RiskGround } from "./risk.ts";
import { dirsOf } from "./word_places.ts";

const READS_ALL = "reads whole directories in which keys lie";

/** They look for a text below all that they are told of, or below where they are. */
const SEARCHERS = /^(rg|ag|ack|ugrep|ug|rgrep|pt|sift|semgrep|ast-grep|gitleaks|trufflehog)$/;
const GREPS = /^([efz]?grep|bzgrep|xzgrep|zgrep|ggrep)$/;
/** They pack or copy all that they are told of. */
const PACKERS =
  /^(zip|7z|7za|7zr|7zz|rar|restic|borg|rclone|duplicity|dar|cpio|pax|mksquashfs|jar|rsync|rdiff-backup|ditto|unison|tarsnap|zpaq|pigz)$/;
/** With `-r` they do not read what files hold. */
const NO_READERS =
  /^(ls|chmod|chown|chgrp|du|tree|rm|rmdir|mkdir|test|\[|\[\[|echo|printf|read|xargs|sort|jq|sed|awk|env|export|declare|date|touch|ps|uname|stat|realpath|readlink|git|npm|pip|pip3|uv|apt|code|php|bash|sh|history|perl|ruby|mv|ln|tr|cut|ssh|sudo|systemctl|useradd|mypy|timeout|docker|column)$/;
/** They only tell of names. */
const LISTERS = /^(find|fd|fdfind|locate|plocate|ls|tree|du|bfs)$/;
/** What is done with names that are found reads no file. */
const LOOKERS =
  /^(ls|stat|test|\[|\[\[|chmod|chown|file|du|realpath|readlink|dirname|basename|echo|printf|cd|touch|mkdir|md5sum|sha256sum|wc|true|false|:|export|local|declare|exit|return|sleep|date|exa|eza|tree|xargs|for|while|read|set|kill|find|fd)$/;

/** They print what they are told of, or the names that they find. */
const NAMERS = /^(ls|find|fd|fdfind|echo|printf|realpath|readlink|stat|tree|exa|eza|locate)$/;
const WRITERS =
  /^(tee|cp|mv|install|sed|perl|ruby|python|dd|sh|bash|zsh|truncate|patch|ln|rsync|ed|vim|curl|wget|sort|split)$/;

/** Why a command line that reads all below a directory asks; null: no keys lie there. */
export function treeReadRisk(invocations: readonly Invocation[], ground: RiskGround): Risk | null {
  const takers = invocations.filter(({ name, args, takesMore, isGuess }) =>
    !isGuess && name !== null && !LOOKERS.test(name) && (takesMore || args.some((word) => !word.isStatic))
  );
  const isTaken = takers.length > 0;
  const isRead = invocations.some((invocation) => {
    if (invocation.isGuess) return false;
    const dirs = dirsOf(invocation);
    return rootsOf(invocation, isTaken).some((root) => dirs.some((dir) => holdsKeys(root, dir, ground)));
  });
  return isRead ? READS_ALL : isTaken ? namedRisk(invocations, takers, ground) : null;
}

/** What others name for those who take it: `echo F | xargs cat`, `cat $(ls F)`. */
function namedRisk(
  invocations: readonly Invocation[],
  takers: readonly Invocation[],
  ground: RiskGround,
): Risk | null {
  const mayBeWritten = takers.some(({ name }) => name !== null && WRITERS.test(name));
  for (const { name, args, dirs, isGuess } of invocations) {
    if (isGuess || name === null || !NAMERS.test(name)) continue;
    for (const dir of dirs) {
      for (const { text } of args) {
        const risk = keysRisk(text, dir, ground) ?? (mayBeWritten ? startupRisk(text, dir, ground) : null);
        if (risk !== null) return risk;
      }
    }
  }
  return null;
}

/** The directories below which a program reads all; none: it does not. */
function rootsOf(invocation: Invocation, isTaken: boolean): readonly string[] {
  const { name, input } = invocation;
  if (name === null) return [];
  const args = new Arguments(invocation);
  const { operands, verb } = args;
  if (LISTERS.test(name)) return isTaken ? listed(name, args) : [];
  if (SEARCHERS.test(name) || GREPS.test(name)) {
    if (args.hasLong("files", "version", "help")) return [];
    const isDeep = SEARCHERS.test(name) || args.has("rR") ||
      args.hasLong("recursive", "dereference-recursive") ||
      args.hasWord("recurse", "-drecurse", "--directories=recurse");
    const places = placesBehindPattern(args);
    return !isDeep ? [] : places.length > 0 ? places : input === null || !SEARCHERS.test(name) ? ["."] : [];
  }
  if (name === "git") {
    const tree = args.valueOf("--work-tree");
    if (tree !== undefined) return [tree];
    return !args.hasLong("no-index") ? [] : operands.includes("grep") ? [".", ...operands] : operands;
  }
  if (/^(docker|podman|nerdctl)$/.test(name)) return mounted(args);
  if (name === "tar" || name === "bsdtar" || name === "gtar") {
    const isNew = /^-?[a-zA-Z]*[cru][a-zA-Z]*$/.test(args.words[0] ?? "") || args.has("c") ||
      args.hasLong("create", "append", "update");
    return isNew ? operands : [];
  }
  if (PACKERS.test(name)) return name === "cpio" && isTaken ? ["."] : operands;
  if (name === "cp" || name === "scp") {
    const isDeep = args.has("rRa") || args.hasLong("recursive", "archive");
    return isDeep
      ? (args.valueOf("-t", "--target-directory") === undefined ? operands.slice(0, -1) : operands)
      : [];
  }
  const isDeep = args.has("rR") || args.hasLong("recursive");
  return isDeep && !NO_READERS.test(name) && verb !== "" ? operands : [];
}

/** The directories that a container is given. */
function mounted({ words }: Arguments): readonly string[] {
  return words.flatMap((word) =>
    /^(?:-v|--volume=)?([/.][^:,]*):/.exec(word)?.slice(1) ??
      /(?:^|[=,])(?:src|source)=([^,]+)/.exec(word)?.slice(1) ?? []
  );
}

/** Where a program that tells of names begins. */
function listed(name: string, args: Arguments): readonly string[] {
  if (/locate$/.test(name)) return ["/"];
  if (name === "fd" || name === "fdfind") return args.operands.length > 1 ? args.operands.slice(1) : ["."];
  if (name === "ls" && !args.has("R") && !args.hasLong("recursive")) return [];
  if (name !== "find" && name !== "bfs") return args.operands.length > 0 ? args.operands : ["."];
  const words = args.words.filter((word) => !/^-([HLP]|O\d|D)$/.test(word));
  const end = words.findIndex((word) => /^[-(!]/.test(word));
  const roots = end < 0 ? words : words.slice(0, end);
  return roots.length > 0 ? roots : ["."];
}

/** What a searcher is told of besides what it looks for. */
function placesBehindPattern(args: Arguments): readonly string[] {
  const isGiven = args.words.some((word) => /^(-[a-zA-Z]*[ef]|--(regexp|file)(=.*)?)$/.test(word));
  const valued = /^(-[efmABCdDgtT]|--(regexp|file|include|exclude|glob|type|max-count|directories))$/;
  const operands = args.words.filter((word, index) =>
    !/^-./.test(word) && !valued.test(args.words[index - 1] ?? "")
  );
  return isGiven ? operands : operands.slice(1);
}

/** Whether below a directory lie keys, a home or what decides about agents. */
function holdsKeys(path: string, dir: string, ground: RiskGround): boolean {
  if (holdsHome(path, dir, ground)) return true;
  return meant(path, dir, ground).some((target) => {
    const rest = homeRest(target, ground.home);
    return rest !== null && KEY_SAMPLES.some((sample) => sample === rest || below(sample, rest) !== null);
  });
}

/** Whether a directory is a home, what this program keeps, or one above them, or of a process. */
export function holdsHome(path: string, dir: string, ground: RiskGround): boolean {
  const places = [ground.home, ground.hermesHome];
  return meant(path, dir, ground).some((target) =>
    HOMES.test(target) || places.some((place) => place === target || below(place, target) !== null) ||
    (isPattern(target) && places.some((place) => mayMeanUpTo(target, place)))
  );
}

/** A home of somebody, what holds homes, and processes. */
const HOMES =
  /^(\/|\/home|\/Users|\/root|\/var\/root|\/(home|Users)\/[^/]+|\/proc(\/[^/]+(\/(root|cwd|task|fd)(\/.*)?)?)?)$/;

function mayMeanUpTo(pattern: string, place: string): boolean {
  return mayMean(pattern, place.split("/").slice(0, pattern.split("/").length).join("/"));
}

function meant(path: string, dir: string, ground: RiskGround): readonly string[] {
  if (path === "" || path.length > 4096) return [];
  const target = absolute(path, dir);
  const plain = target.length > 1 ? target.replace(/\/$/, "") : target;
  const written = path.startsWith("/") ? path : `${dir}/${path}`;
  return [plain, ...(ground.meaningsOf?.(written.replace(/(.)\/+$/, "$1")) ?? [])];
}
