import { shortened } from "../../support/cut_text.ts";
import { ToolFailure } from "../../support/errors.ts";
import { plainName } from "./plain_name.ts";
import { wildPath } from "./wild_path.ts";

/** The innermost `{a,b}` of a pattern, which has a comma. */
const BRACES = /\{([^{}]*,[^{}]*)\}/;
const MAX_CHARS = 1_000;
/** Of one that is refused, the ellipsis not counted. */
const SHOWN_CHARS = 200;
/** Of all patterns together that the braces of one stand for: each is tried with each path. */
const MAX_EXPANDED_CHARS = 20_000;

/**
 * Whether a relative path with slashes matches, by the rules of .gitignore: without a slash the pattern matches names at
 * any depth, and with a directory all that is inside; how a name is composed makes no difference. Braces list
 * alternatives, a leading `!` turns it round. Throws {@linkcode ToolFailure} for one that is too long.
 */
export function globMatcher(glob: string): (path: string) => boolean {
  const isNegated = glob.startsWith("!");
  const patterns = expandBraces((isNegated ? glob.slice(1) : glob).replace(/^\.\//, "/")).map((pattern) =>
    wildPath(plainName(pattern))
  );
  return (path) => {
    const names = plainName(path).split("/");
    const isMeant = names.some((_, at) => {
      const isDirectory = at < names.length - 1;
      const above = names.slice(0, at + 1);
      return patterns.some((each) => (isDirectory || !each.isForDirectories) && each.matches(above));
    });
    return isMeant !== isNegated;
  };
}

function expandBraces(glob: string): string[] {
  if (glob.length > MAX_CHARS) throw cannot(glob, `it is longer than ${MAX_CHARS} characters`);
  let waiting = [glob];
  const expanded: string[] = [];
  while (waiting.length > 0) {
    const next: string[] = [];
    for (const pattern of waiting) {
      const braces = BRACES.exec(pattern);
      if (braces === null) expanded.push(pattern);
      else next.push(...alternatives(pattern, braces));
      const chars = [...next, ...expanded].reduce((sum, each) => sum + each.length + 1, 0);
      if (chars > MAX_EXPANDED_CHARS) throw cannot(glob, "its braces stand for too many patterns");
    }
    waiting = next;
  }
  return expanded;
}

function alternatives(pattern: string, { 0: whole, 1: inner = "", index }: RegExpExecArray): string[] {
  const [before, after] = [pattern.slice(0, index), pattern.slice(index + whole.length)];
  return inner.split(",").map((each) => before + each + after);
}

function cannot(glob: string, state: string): ToolFailure {
  const shown = shortened(glob, SHOWN_CHARS + 1);
  return new ToolFailure("invalid_arguments", `Cannot search with the glob "${shown}": ${state}`);
}
