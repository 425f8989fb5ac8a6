/** Whether a word holds a pattern of the shell, or what it may have from a variable: `$x` counts as `*`. */
export function isPattern(path: string): boolean {
  return /[*?[{$`]/.test(path);
}

/**
 * Whether a pattern may mean a path, both absolute or both relative. As in the shell `*` takes no dot at the start of a
 * name; what stands in braces, brackets of a kind of their own or variables may be anything, but is no whole name.
 */
export function mayMean(pattern: string, path: string): boolean {
  return namesMatch(namesOf(pattern), path.split("/"));
}

/** The same for a path that may begin anywhere: its names are the last ones of the pattern. */
export function mayEndIn(pattern: string, path: string): boolean {
  const names = path.split("/");
  return namesMatch(namesOf(pattern).slice(-names.length), names);
}

/** Whether one name of a directory is meant by one name of a pattern. */
export function nameMatches(pattern: string, name: string): boolean {
  if (!isPattern(pattern)) return pattern === name;
  if (/^\$+$/.test(pattern)) return false;
  if (name.startsWith(".") && /^[*?[]/.test(pattern) && !pattern.includes(ANY)) return false;
  return matches(pattern, name);
}

/** Stands for what a variable or braces may become, a dot at the start too. */
const ANY = "$";

function namesMatch(pattern: readonly string[], names: readonly string[]): boolean {
  return pattern.length === names.length &&
    pattern.every((part, index) => nameMatches(part, names[index] ?? ""));
}

/** The names of a pattern, its variables, braces and extended patterns each as one mark. */
function namesOf(pattern: string): readonly string[] {
  return pattern.replace(
    /\$\{[^}]*\}|\$\([^)]*\)|`[^`]*`|\$\w+|\$[@#?$!*-]|\{[^{},]*,[^{}]*\}|[?*+@!]\([^()]*\)/g,
    ANY,
  )
    .split("/");
}

/** In time that grows with the product of both lengths at most. */
function matches(pattern: string, name: string): boolean {
  const tokens = pattern.match(/\[[!^]?\]?[^\]]*\]|[^]/g) ?? [];
  let at = 0;
  let token = 0;
  let star = -1;
  let from = 0;
  while (at < name.length) {
    const each = tokens[token];
    if (each === "*" || each === ANY) {
      star = token++;
      from = at;
    } else if (each !== undefined && takes(each, name.charAt(at))) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++from;
    } else return false;
  }
  return tokens.slice(token).every((each) => each === "*" || each === ANY);
}

/** A class of characters is taken for what its ends say; one that has a name for anything. */
function takes(token: string, character: string): boolean {
  if (token === "?") return true;
  if (token.length < 3 || !token.startsWith("[")) return token === character;
  if (token.includes("[:")) return true;
  const isNegated = /^\[[!^]/.test(token);
  const inner = token.slice(isNegated ? 2 : 1, -1);
  const isIn = [...inner.matchAll(/([^])-([^])|([^])/g)].some(([, low, high, one]) =>
    one === undefined ? character >= (low ?? "") && character <= (high ?? "") : one === character
  );
  return isIn !== isNegated;
}
