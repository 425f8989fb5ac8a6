/** What stands for one character: itself, or whatever the function takes; null stands for any number of them. */
type Token = string | ((character: string) => boolean) | null;

/** One name of a pattern, and where in the pattern it ended: at a slash, or at its end. */
export interface WildName {
  readonly tokens: readonly Token[];
  readonly end: number;
}

const POSIX: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/,
  alpha: /[A-Za-z]/,
  blank: /[\t ]/,
  cntrl: /[^ -~\u0080-\uffff]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[\t\n\r ]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
};

const any = () => true;

/** Reads one name of a pattern of git from `from`; null: no name matches it. By git's wildmatch.c. */
export function readWildName(pattern: string, from: number): WildName | null {
  const tokens: Token[] = [];
  let at = from;
  for (; at < pattern.length && !isSlash(pattern, at); at++) {
    const character = pattern.charAt(at);
    if (character === "*") {
      if (tokens.at(-1) !== null) tokens.push(null);
    } else if (character === "?") {
      tokens.push(any);
    } else if (character === "[") {
      const set = readSet(pattern, at + 1);
      if (set === null) return null;
      tokens.push(set.has);
      at = set.end;
    } else if (character === "\\") {
      if (++at === pattern.length) return null;
      tokens.push(pattern.charAt(at));
    } else {
      tokens.push(character);
    }
  }
  return { tokens, end: at };
}

/** Whether a slash is there, which may be escaped: then the backslash is meant. */
function isSlash(pattern: string, at: number): boolean {
  return pattern[at] === "/" || (pattern[at] === "\\" && pattern[at + 1] === "/");
}

/** Whether a name without slashes matches, in at most as many steps as the product of the lengths. */
export function matchesName(tokens: readonly Token[], name: string): boolean {
  let [token, at, star, resume] = [0, 0, -1, 0];
  while (at < name.length) {
    if (tokens[token] === null) {
      star = token++;
      resume = at;
    } else if (token < tokens.length && takes(tokens[token], name.charAt(at))) {
      token++;
      at++;
    } else if (star !== -1) {
      token = star + 1;
      at = ++resume;
    } else return false;
  }
  while (tokens[token] === null) token++;
  return token === tokens.length;
}

function takes(token: Token | undefined, character: string): boolean {
  return typeof token === "function" ? token(character) : token === character;
}

interface CharacterSet {
  readonly has: (character: string) => boolean;
  /** Where its closing bracket is. */
  readonly end: number;
}

/** Reads a set from behind its opening bracket; null: it has no end, or a class that there is not. */
function readSet(pattern: string, from: number): CharacterSet | null {
  const isNegated = pattern[from] === "!" || pattern[from] === "^";
  const parts: ((character: string) => boolean)[] = [];
  let before = "";
  let at = isNegated ? from + 1 : from;
  for (let isFirst = true; isFirst || pattern[at] !== "]"; at++, isFirst = false) {
    if (at >= pattern.length) return null;
    const posix = posixAt(pattern, at);
    if (posix !== null) {
      const members = POSIX[posix[1] ?? ""];
      if (members === undefined) return null;
      parts.push((character) => members.test(character));
      at += posix[0].length - 1;
      before = "";
    } else if (pattern[at] === "-" && before !== "" && at + 1 < pattern.length && pattern[at + 1] !== "]") {
      at += pattern[at + 1] === "\\" ? 2 : 1;
      if (at >= pattern.length) return null;
      const [low, high] = [before, pattern.charAt(at)];
      parts.push((character) => character >= low && character <= high);
      before = "";
    } else {
      if (pattern[at] === "\\" && ++at >= pattern.length) return null;
      before = pattern.charAt(at);
      const only = before;
      parts.push((character) => character === only);
    }
  }
  return { has: (character) => parts.some((part) => part(character)) !== isNegated, end: at };
}

function posixAt(pattern: string, at: number): RegExpExecArray | null {
  const posix = /\[:([^\]]*):\]/y;
  posix.lastIndex = at;
  return posix.exec(pattern);
}
