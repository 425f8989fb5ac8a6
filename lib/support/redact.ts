import { assignedSecrets } from "./assigned_secrets.ts";
import { knownSecrets } from "./known_secrets.ts";
import { isOrdinary } from "./ordinary_value.ts";
import { RedactedStream, type Replacing } from "./redacted_stream.ts";
import { LONGEST_PATTERN, SECRET_PATTERNS } from "./secret_patterns.ts";

/** A secret that is known, and the name that its marker shows in place of it. */
export interface KnownSecret {
  readonly name: string;
  readonly value: string;
}

/** Takes secrets out of texts. Each becomes a marker such as `[redacted: OPENAI_API_KEY]`, in all else nothing changes. */
export interface Redactor {
  /** The text without secrets; the same string when there are none. */
  text(text: string): string;
  /** Plain data without secrets in any of its strings and keys; the same value when there are none. */
  value<Value>(value: Value): Value;
  /** For a text that comes in pieces: what its pieces give together is what {@linkcode Redactor.text} gives of the whole. */
  stream(): TextStream;
}

/** A text on its way, in pieces. */
export interface TextStream {
  /** Takes a piece; returns what is certain by now. */
  push(piece: string): string;
  /** Returns the rest. */
  end(): string;
}

/** How every marker begins; JSON may hold it without a backslash. */
export const MARKER = "[redacted: ";

/**
 * Knows these secrets to the letter, in their usual spellings (JSON, URL, base64), and those of well-known makers by
 * their look. Ordinary words and short values are looked for only where one is assigned to a name of a secret.
 * `marker` makes of a secret's name what stands in its place.
 */
export function createRedactor(
  known: readonly (string | KnownSecret)[],
  { marker = markerOf }: { readonly marker?: (name: string) => string } = {},
): Redactor {
  const named = known.map((each) => typeof each === "string" ? { name: "secret", value: each } : each)
    .flatMap(withLines);
  const { ordinary = [], telling = [] } = Object.groupBy(
    named,
    ({ value }) => isOrdinary(value) ? "ordinary" : "telling",
  );
  const stages = [knownSecrets(telling, marker), assignedSecrets(ordinary, marker), patterns(marker)]
    .filter((stage) => stage !== null);
  const text = (given: string) => stages.reduce(replaced, given);
  return {
    text,
    // Strings stay strings, nothing else changes.
    value: (value) => isClean(value, stages) ? value : redactedValue(value, text) as typeof value,
    stream: () => chained(stages.map((stage) => new RedactedStream(stage))),
  };
}

/** A secret of several lines, such as a private key, is shown line by line: with numbers, or a part of it only. */
function withLines(secret: KnownSecret): readonly KnownSecret[] {
  const lines = secret.value.split(/[\r\n]+/).map((line) => line.trim());
  const telling = lines.length === 1 ? [] : lines.filter((line) => !isOrdinary(line) && !/^-----/.test(line));
  return [secret, ...telling.map((value) => ({ name: secret.name, value }))];
}

function markerOf(name: string): string {
  return `${MARKER}${name}]`;
}

function patterns(marker: (name: string) => string): Replacing {
  const open = new RegExp(`(?:${SECRET_PATTERNS.map((pattern) => pattern.open).join("|")})$`, "g");
  return {
    regex: new RegExp(SECRET_PATTERNS.map(({ source }) => `(${source})`).join("|"), "g"),
    openFrom(text, from) {
      open.lastIndex = Math.max(from, text.length - LONGEST_PATTERN);
      return open.exec(text)?.index ?? text.length;
    },
    mayHold: holdsTrace,
    mayHoldInJson: holdsTrace,
    replacement(_match, groups) {
      const kind = SECRET_PATTERNS.findIndex((_pattern, index) => groups[index] !== undefined);
      return marker(SECRET_PATTERNS[kind]?.name ?? "secret");
    },
  };
}

/** Looking for these is much faster than matching. */
const TRACES = [...new Set(SECRET_PATTERNS.flatMap(({ traces }) => traces))];

function holdsTrace(text: string): boolean {
  return TRACES.some((trace) => text.includes(trace));
}

function replaced(text: string, { regex, mayHold, replacement }: Replacing): string {
  if (!mayHold(text)) return text;
  return text.replace(regex, (match: string, ...groups: string[]) => replacement(match, groups));
}

function chained(streams: readonly TextStream[]): TextStream {
  return {
    push: (piece) => streams.reduce((rest, stream) => stream.push(rest), piece),
    end: () => streams.reduce((rest, stream) => stream.push(rest) + stream.end(), ""),
  };
}

/** Whether there is certainly no secret in a value: almost none has any, and one search is faster than one per string. */
function isClean(value: unknown, stages: readonly Replacing[]): boolean {
  const json = jsonOf(value);
  return json !== null && !stages.some((stage) => stage.mayHoldInJson(json));
}

/** Null: JSON cannot spell all of it. */
function jsonOf(value: unknown): string | null {
  try {
    return JSON.stringify(value) ?? null;
  } catch {
    return null; // a cycle or a BigInt, which only a broken child sends
  }
}

function redactedValue(value: unknown, text: (given: string) => string): unknown {
  if (typeof value === "string") return text(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => redactedValue(item, text));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  const entries = Object.entries(value);
  const redacted = entries.map(([key, item]) => [text(key), redactedValue(item, text)] as const);
  const isSame = redacted.every(([key, item], at) => key === entries[at]?.[0] && item === entries[at]?.[1]);
  return isSame ? value : Object.fromEntries(redacted);
}
