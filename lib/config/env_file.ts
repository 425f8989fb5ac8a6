import type { Env } from "./home.ts";

/** `NAME=`, `export NAME=` or `NAME: ` at the beginning of a line. */
const HEAD = /^[ \t]*(?:export[ \t]+)?([\w.-]+)(?:[ \t]*=[ \t]*|:[ \t]+)/;
/** In quotes, over several lines perhaps, then nothing but a comment. */
const QUOTED = /^(?:"((?:\\[^]|[^"\\])*)"|'((?:\\[^]|[^'\\])*)'|`([^`]*)`)[ \t]*(?:#[^\n]*)?(?:\n|$)/;
const VARIABLE = /\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g;
const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  f: "\f",
  v: "\v",
  b: "\b",
  a: "\x07",
};

/**
 * The variables of a .env file, as python-dotenv and docker compose read it: quotes and lines within them, `export`,
 * `${NAME}` and `${NAME:-default}` but in single quotes, the environment's value before the file's. `#` begins a
 * comment at the beginning of a value and after a blank only: keys may have one. A line that is none is passed over.
 */
export function parseEnvFile(text: string, env: Env): Record<string, string> {
  const found: Record<string, string> = {};
  const expanded = (value: string) =>
    value.replace(
      VARIABLE,
      (_, name: string, otherwise = "") =>
        env[name] || (Object.hasOwn(found, name) ? found[name] : "") || otherwise,
    );
  let left = text.replace(/^\uFEFF/, "").replaceAll(/\r\n?/g, "\n");
  while (left !== "") {
    const [head, name] = HEAD.exec(left) ?? [];
    const rest = left.slice(head?.length ?? 0);
    const quoted = name === undefined ? null : QUOTED.exec(rest);
    const [line = ""] = quoted ?? /^[^\n]*\n?/.exec(rest) ?? [];
    if (name !== undefined) found[name] = quoted === null ? expanded(bare(line)) : unquoted(quoted, expanded);
    left = rest.slice(line.length);
  }
  return found;
}

function bare(line: string): string {
  return line.replace(/(?:^|\s)#.*/s, "").trim();
}

function unquoted(
  [, double, single, back = ""]: RegExpExecArray,
  expanded: (value: string) => string,
): string {
  if (single !== undefined) return single.replaceAll(/\\([\\'])/g, "$1");
  if (double === undefined) return back;
  // What stands behind an escape is no variable.
  const parts = double.split(/\\([\\'"$abfnrtv])/);
  return parts.map((part, at) => at % 2 === 0 ? expanded(part) : ESCAPES[part] ?? part).join("");
}
