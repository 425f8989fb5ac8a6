import { shortened } from "../support/cut_text.ts";

/** What a server said in an error. */
export interface ServerWords {
  /** One line for people, of at most 300 characters. */
  readonly text: string;
  /** Its own code and type, for telling errors apart; "" without. */
  readonly code: string;
  /** The HTTP status that stands in the error itself, as in the middle of a stream. */
  readonly status: number | null;
}

/** How much of a server's own words is repeated, in characters. */
const QUOTED_CHARS = 300;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads an error body: `{error: {message, code, type}}`, `{error: "…"}`, `{message}`, `{detail}`, a list of one of
 * these, or text.
 */
export function serverWords(body: string): ServerWords {
  const outer = parsed(body);
  if (outer === null) return { text: oneLine(plainText(body)), code: "", status: null };
  const error = outer["error"] ?? outer;
  const inner: Fields = isFields(error) ? error : { message: error };
  const code = [inner["code"], inner["type"]].filter((each) => typeof each === "string").join(" ");
  const said = [inner["message"], inner["detail"], outer["message"], outer["detail"]];
  const message = said.find((each) => typeof each === "string" && each.trim() !== "") ?? "";
  const first = code.split(" ")[0] ?? "";
  const text = String(message) === "" ? first || JSON.stringify(error) : named(String(message), first);
  return { text: oneLine(text), code, status: statusOf(inner) };
}

/** Whether a body is a web page. */
export function looksLikeHtml(text: string): boolean {
  return /^\s*<(!doctype|html|head|body)/i.test(text);
}

function named(message: string, code: string): string {
  const text = message.trim().replace(/\.$/, "");
  return code === "" || text.includes(code) ? text : `${text} (${code})`;
}

function parsed(body: string): Fields | null {
  try {
    const value: unknown = JSON.parse(body);
    const first = Array.isArray(value) ? value[0] : value;
    return isFields(first) ? first : null;
  } catch {
    return null;
  }
}

/** A page's title says more than its markup. */
function plainText(body: string): string {
  if (!looksLikeHtml(body)) return body;
  const title = /<title[^>]*>([^<]*)/i.exec(body)?.[1]?.trim() ?? "";
  return title === "" ? "a web page" : `a web page, "${title}"`;
}

/** Without control characters, as it is shown on terminals. */
function oneLine(text: string): string {
  const line = text.replaceAll(/[\s\p{Cc}]+/gu, " ").trim();
  return shortened(line, QUOTED_CHARS);
}

function statusOf({ code, status }: Fields): number | null {
  const number = [code, status].map(Number).find((each) =>
    Number.isInteger(each) && each >= 400 && each < 600
  );
  return number ?? null;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}
