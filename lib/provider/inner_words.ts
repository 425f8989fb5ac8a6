import { looksLikeHtml } from "./looks_like_html.ts";
/** What stands in the body of an error, from the outside to the inside. */
export interface InnerWords {
  /** Sentences for people. */
  readonly messages: readonly string[];
  /** Names by which the server tells its errors apart. */
  readonly codes: readonly string[];
  /** HTTP statuses. */
  readonly statuses: readonly number[];
  /** Values of fields that name a time to wait, by the field. */
  readonly waits: readonly (readonly [name: string, value: string])[];
}

interface Collected extends InnerWords {
  readonly messages: string[];
  readonly codes: string[];
  readonly statuses: number[];
  readonly waits: (readonly [string, string])[];
}

/** Where servers and the proxies before them put a reason, or what holds one; the outer ones first. */
const REASON_FIELDS =
  ("message msg error errors detail details error_message errorMessage error_msg error_description description title " +
    "status_msg base_resp fault faultstring reasons metadata raw cause innererror inner_error response body")
    .split(
      " ",
    );
const CODE_FIELDS = ["code", "type", "status", "reason", "error_code", "error_type", "status_code", "__type"];
/** Google's RetryInfo, fields of proxies, headers that a proxy repeats, and when a used-up allowance is there again. */
const WAIT_FIELD =
  /^(x-)?(rate-?limit-reset|retry[-_]?(delay|after|in|at)|(wait|try_again)_(for|in|at)|(quota)?resets?[-_]?(delay|after|in|at|time(stamp)?))([-_]?(ms|millis(econds)?|s|secs|seconds))?$/i;
/** The `type` of an envelope says nothing. */
const NO_CODE = /^\s*(error)?\s*$/i;
const DEEPEST = 10;
const MOST_MESSAGES = 12;

/** Reads an error body, whatever it is: JSON, JSON in the strings of JSON, lists, a web page, text, nothing. */
export function innerWords(body: string): InnerWords {
  const found: Collected = { messages: [], codes: [], statuses: [], waits: [] };
  collect(body, found, 0);
  return found;
}

function collect(value: unknown, found: Collected, depth: number): void {
  if (depth > DEEPEST || found.messages.length >= MOST_MESSAGES) return;
  if (typeof value === "string") return collectText(value, found, depth);
  if (Array.isArray(value)) return value.forEach((each) => collect(each, found, depth + 1));
  if (isFields(value)) collectFields(value, found, depth);
}

function collectFields(fields: Readonly<Record<string, unknown>>, found: Collected, depth: number): void {
  const place = placeIn(fields);
  if (place !== null) return void found.messages.push(place);
  for (const name of CODE_FIELDS) collectCode(fields[name], found);
  for (const [name, value] of Object.entries(fields)) {
    if (WAIT_FIELD.test(name) && /^(string|number)$/.test(typeof value)) found.waits.push([name, `${value}`]);
  }
  const inner = [...REASON_FIELDS, "headers"].map((name) => fields[name]);
  for (const each of inner.filter((value) => typeof value === "string")) collect(each, found, depth + 1);
  for (const each of inner.filter((value) => typeof value !== "string")) collect(each, found, depth + 1);
}

/** What pydantic and its like say of one field: `{loc: ["body", "n"], msg: "…"}`. */
function placeIn({ loc, msg, type }: Readonly<Record<string, unknown>>): string | null {
  if (!Array.isArray(loc) || typeof msg !== "string") return null;
  const kind = typeof type === "string" && type !== "" ? ` (${type})` : "";
  return `${loc.join(".")}: ${msg}${kind}`;
}

function collectCode(value: unknown, found: Collected): void {
  const status = typeof value === "boolean" ? NaN : Number(value);
  if (Number.isInteger(status) && status >= 400 && status < 600) found.statuses.push(status);
  else if (typeof value === "string" && !NO_CODE.test(value)) found.codes.push(value.trim());
}

/** A text may hold JSON, after words of whoever passed it on. */
function collectText(text: string, found: Collected, depth: number): void {
  if (looksLikeHtml(text)) return void found.messages.push(ofMarkup(text));
  const start = text.search(/[[{"]/);
  const inner = start < 0
    ? undefined
    : parsed(text.slice(start)) ?? parsed(untilLastBrace(text.slice(start)));
  const own: Collected = { messages: [], codes: [], statuses: [], waits: [] };
  collect(inner, own, depth + 1);
  const isNews = own.messages.length + own.codes.length > 0;
  const before = isNews ? text.slice(0, start).trimEnd().replace(JOINT, "") : ofBrokenJson(text);
  if (before.trim() !== "") found.messages.push(before.trim());
  found.messages.push(...own.messages);
  found.codes.push(...own.codes);
  found.statuses.push(...own.statuses);
  found.waits.push(...own.waits);
}

/** Objects, lists and strings that say more than the text that they are written as. */
function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "string" || isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function untilLastBrace(text: string): string {
  return text.slice(0, Math.max(text.lastIndexOf("}"), text.lastIndexOf("]")) + 1);
}

/** JSON that was cut off, or that Python wrote; the innermost message tells most. */
function ofBrokenJson(text: string): string {
  const quoted = /\b(?:message|msg|detail)["']?\s*:\s*(?:"((?:[^"\\]|\\.)+)|'((?:[^'\\]|\\.)+))/g;
  const messages = /[{[]/.test(text)
    ? [...text.matchAll(quoted)].map(([, double, single]) => double ?? single)
    : [];
  return (messages.at(-1) ?? text).replaceAll(/\\(["'\\])/g, "$1").trim();
}

/** What stands between the words of a proxy and the JSON that it passes on: ` - `, `: `, `b'`. Bounded, as the text is not. */
const JOINT = /(?:[\s:,(=-]|\b[bu]?['"]|['"]){1,20}$/;

/** A title says more than markup. */
function ofMarkup(text: string): string {
  const [, code] = /<code>([^<]*)/i.exec(text) ?? [];
  const [, message] = /<message>([^<]*)/i.exec(text) ?? [];
  if (message !== undefined) return plain(code === undefined ? message : `${code}: ${message}`);
  const [, title] = /<title[^<>]*>([^<]+)/i.exec(text) ?? /<h1[^<>]*>([^<]+)/i.exec(text) ?? [];
  return title === undefined || title.trim() === "" ? "a web page" : `a web page, "${plain(title)}"`;
}

function plain(text: string): string {
  return text.replaceAll(/&(quot|#39|apos|nbsp|amp);/g, (_, name: string) => ENTITIES[name] ?? "").trim();
}

const ENTITIES: Readonly<Record<string, string>> = {
  quot: '"',
  "#39": "'",
  apos: "'",
  nbsp: " ",
  amp: "&",
};

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
