import { matchesName, readWildName, type WildName } from "./wild_name.ts";

/** A pattern for paths, by the rules of .gitignore. */
export interface WildPath {
  /** It begins with "!": what matches is not meant. */
  readonly isNegated: boolean;
  /** It ends with a slash: only directories match. */
  readonly isForDirectories: boolean;
  /** Whether a relative path matches, given as its names; takes as many steps as the lengths multiplied. */
  matches(names: readonly string[]): boolean;
}

/** Any number of directories, none included. */
const DEEP = "**";
type Part = WildName["tokens"] | typeof DEEP;

/** Reads one pattern; one that is no valid pattern matches nothing, as in git. */
export function wildPath(line: string): WildPath {
  const isNegated = line.startsWith("!");
  const whole = isNegated ? line.slice(1) : line;
  const isForDirectories = whole.endsWith("/");
  const pattern = isForDirectories ? whole.slice(0, -1) : whole;
  const parts = readParts(pattern.startsWith("/") ? pattern.slice(1) : pattern);
  return { isNegated, isForDirectories, matches: matcher(parts, pattern.includes("/")) };
}

function matcher(parts: readonly Part[] | null, hasSlash: boolean): WildPath["matches"] {
  if (parts === null) return () => false;
  if (hasSlash) return (names) => matchesParts(parts, names);
  const name = parts[0];
  if (name === undefined) return () => false;
  if (name === DEEP) return () => true;
  const literal = literalOf(name);
  return (names) => {
    const last = names.at(-1) ?? "";
    return literal === null ? matchesName(name, last) : literal === last;
  };
}

function readParts(pattern: string): Part[] | null {
  const parts: Part[] = [];
  for (let at = 0; at <= pattern.length;) {
    const name = readWildName(pattern, at);
    if (name === null) return null;
    const isDeep = name.end >= at + 2 && /^\*+$/.test(pattern.slice(at, name.end));
    parts.push(isDeep ? DEEP : name.tokens);
    at = name.end + (pattern[name.end] === "\\" ? 2 : 1);
  }
  // At the end it means all that is inside: one name at least.
  return parts.at(-1) === DEEP ? [...parts.slice(0, -1), [null], DEEP] : parts;
}

function matchesParts(parts: readonly Part[], names: readonly string[]): boolean {
  let [part, at, deep, resume] = [0, 0, -1, 0];
  while (at < names.length) {
    const wanted = parts[part];
    if (wanted === DEEP) {
      deep = part++;
      resume = at;
    } else if (wanted !== undefined && matchesName(wanted, names[at] ?? "")) {
      part++;
      at++;
    } else if (deep !== -1) {
      part = deep + 1;
      at = ++resume;
    } else return false;
  }
  while (parts[part] === DEEP) part++;
  return part === parts.length;
}

function literalOf(tokens: WildName["tokens"]): string | null {
  return tokens.every((token) => typeof token === "string") ? tokens.join("") : null;
}
