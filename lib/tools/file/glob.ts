import ignore from "ignore";

/** The innermost `{a,b}` of a pattern, which has a comma. */
const BRACES = /\{([^{}]*,[^{}]*)\}/;
/** More alternatives than anybody means; the rest is left out. */
const MAX_ALTERNATIVES = 256;

/**
 * Whether a relative path with slashes matches, by the rules of .gitignore: without a slash the pattern matches names at
 * any depth. Braces list alternatives, a leading `!` turns it round.
 */
export function globMatcher(glob: string): (path: string) => boolean {
  if (glob.startsWith("!")) {
    const matches = globMatcher(glob.slice(1));
    return (path) => !matches(path);
  }
  const matcher = ignore().add(expandBraces([glob.replace(/^\.\//, "/")]));
  return (path) => matcher.ignores(path);
}

function expandBraces(patterns: readonly string[]): string[] {
  if (!patterns.some((pattern) => BRACES.test(pattern))) return [...patterns];
  const expanded = patterns.flatMap((pattern) => {
    const [whole = "", inner] = BRACES.exec(pattern) ?? [];
    return inner === undefined
      ? [pattern]
      : inner.split(",").map((each) => pattern.replace(whole, () => each));
  });
  return expandBraces(expanded.slice(0, MAX_ALTERNATIVES));
}
