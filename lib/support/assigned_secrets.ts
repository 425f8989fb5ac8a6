import type { KnownSecret } from "./redact.ts";
import type { Replacing } from "./redacted_stream.ts";

/** Names to which a password is assigned in every language and format, after whatever else the name says. */
const USUAL_NAMES = [
  "password",
  "passwd",
  "passphrase",
  "pwd",
  "secret",
  "token",
  "api_key",
  "api-key",
  "apiKey",
]
  .flatMap((name) => [name, name.toUpperCase(), `${name.charAt(0).toUpperCase()}${name.slice(1)}`]);
/** Figures and switches are assigned to many names: these count only where their own name is. */
const FIGURE = /^(?:[\d.,:+-]*|true|false|yes|no|on|off|none|null)$/i;
/** `=`, `:`, `":"` or `=>`, with blanks and quotes around it, escaped perhaps as in JSON. */
const ASSIGNED = String.raw`\\{0,3}["']?[ \t]{0,2}(?:=>?|:=?)[ \t]{0,2}\\{0,3}["']?`;
/** Longer names are not looked at, so that a search need not look far back. */
const NAME_CHARS = 60;

/** Finds values only where they are assigned to their own names or to usual names of passwords. Null: there are none. */
export function assignedSecrets(
  known: readonly KnownSecret[],
  marker: (name: string) => string,
): Replacing | null {
  const values = [...Map.groupBy(known.filter(({ value }) => value !== ""), ({ value }) => value)]
    .sort(([a], [b]) => b.length - a.length);
  const longest = values[0]?.[0].length ?? 0;
  if (longest === 0) return null;
  const before = values.map(([value, named]) => behind(value, named.map(({ name }) => name)));
  const sources = values.map(([value], at) => `${before[at]}(${RegExp.escape(value)})(?![\\w-])`);
  const open = new RegExp(`(?:${values.map(([value], at) => before[at] + begun(value)).join("|")})$`, "g");
  return {
    regex: new RegExp(sources.join("|"), "g"),
    openFrom(text, from) {
      open.lastIndex = Math.max(from, text.length - longest);
      return open.exec(text)?.index ?? text.length;
    },
    mayHold: (text) => values.some(([value]) => text.includes(value)),
    mayHoldInJson: (json) => values.some(([value]) => json.includes(JSON.stringify(value).slice(1, -1))),
    replacement: (match) => marker(known.find(({ value }) => value === match)?.name ?? "secret"),
  };
}

function behind(value: string, own: readonly string[]): string {
  const names = FIGURE.test(value) ? own : [...own, ...USUAL_NAMES];
  const short = names.filter((name) => name.length <= NAME_CHARS).map((name) => RegExp.escape(name));
  return `(?<=(?:${short.join("|")})${ASSIGNED})`;
}

/** The text or a beginning of it. */
function begun(text: string): string {
  const [first = "", ...rest] = [...text].map((letter) => RegExp.escape(letter));
  return first + rest.reduceRight((more, letter) => `(?:${letter}${more})?`, "");
}
