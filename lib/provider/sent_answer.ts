import type { StreamBlock } from "./event_lines.ts";
import { webPageError } from "./answer_errors.ts";
import { isTooDeep } from "./json_depth.ts";
import { type Fields, isObject } from "./loose_values.ts";
import type { Lease } from "./provider.ts";
import { looksLikeHtml } from "./looks_like_html.ts";

/** What a server sent: a chunk of its answer, that the answer is complete, or what failed in its own terms. */
export type Sent =
  | { readonly type: "chunk"; readonly chunk: Fields }
  | { readonly type: "done" }
  | { readonly type: "failure"; readonly failure: unknown };

/** Tells what was sent from the blocks of a stream: its events, and what stands outside of them. */
export class SentAnswer {
  /** Lines outside of events: a document of JSON, one on each line, or words. */
  readonly #stray: string[] = [];
  #documents = 0;
  #hasEvents = false;
  #isDone = false;

  /** The server said that nothing follows. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** What came is one document, to its end. */
  get isWholeDocument(): boolean {
    return !this.#hasEvents && this.#documents === 0 && isDocument(this.#stray.join("\n"));
  }

  /** What a block brings; nothing once the server is done. Throws SyntaxError for JSON that is broken. */
  take(block: StreamBlock): readonly Sent[] {
    if (this.#isDone) return [];
    if (block.type === "stray") return this.#strayed(block.line);
    const all = block.type === "event" ? sentBy(block) : failureOf(block.text);
    this.#hasEvents ||= all.length > 0;
    const end = all.findIndex(({ type }) => type === "done");
    this.#isDone = end >= 0;
    return this.#isDone ? all.slice(0, end + 1) : all;
  }

  /**
   * What only the end of the stream makes whole: a document that is the whole answer, too. Throws {@linkcode ProviderError}
   * for a web page, and SyntaxError for what is no JSON.
   */
  end(lease: Lease): readonly Sent[] {
    const text = this.#stray.join("\n").trim();
    if (this.#isDone || text === "" || (this.#hasEvents && !LOOKS_LIKE_JSON.test(text))) return [];
    if (looksLikeHtml(text)) throw webPageError(lease);
    const isWhole = !this.#hasEvents && this.#documents === 0;
    return [...documentIn(text), ...(isWhole ? [{ type: "done" } as const] : [])];
  }

  /** A document on a line by itself need not wait for the end, unless it is the only one. */
  #strayed(line: string): readonly Sent[] {
    this.#stray.push(line);
    const [first] = this.#stray;
    if (this.#stray.length !== 2 || first === undefined || !isDocument(first)) return [];
    this.#stray.shift();
    this.#documents++;
    return documentIn(first);
  }
}

function documentIn(text: string): readonly Sent[] {
  return chunksIn(parsed(text)).map((chunk) => ({ type: "chunk", chunk }));
}

/** An event that some servers send after the last chunk, and how they spell it. */
const DONE = /^"?\[?DONE\]?"?$/i;

/** An object, a list of some, or either in a string; what keeps a line alive may be `[PING]`. */
const LOOKS_LIKE_JSON = /^(?:[{"]|\[\s*[{[\]])/;

/** Where a server leaves out the blank lines, each line is an event. */
function sentBy({ name, data }: StreamBlock & { readonly type: "event" }): readonly Sent[] {
  const [first = ""] = data;
  if (data.length === 1 && name === "" && first.startsWith("{")) return documentIn(first); // nearly all
  const lines = data.map(unwrapped);
  const whole = lines.join("\n");
  if (name === "error") return failureOf(whole);
  if (lines.length > 1 && !isJson(whole)) return lines.flatMap((line) => sentAs(line, name));
  return sentAs(whole, name);
}

/** A proxy may have put an event into another one. */
function unwrapped(line: string): string {
  return line.startsWith("data:") ? line.replace(/^(?:data:\s*)+/, "").trim() : line.trim();
}

function sentAs(text: string, name: string): readonly Sent[] {
  if (DONE.test(text)) return [{ type: "done" }];
  if (!LOOKS_LIKE_JSON.test(text)) return []; // to keep the line alive
  const value = text.startsWith('"') && !isJson(text) ? null : parsed(text);
  return chunksIn(value).map((chunk) => ({ type: "chunk", chunk: named(chunk, name) }));
}

/** The events of some gateways say what they are in their name only. */
function named(chunk: Fields, name: string): Fields {
  return name === "" || name === "message" || "type" in chunk ? chunk : { ...chunk, type: name };
}

/** The objects of a value: itself, of a list each, of JSON in a string what that holds. */
function chunksIn(value: unknown): readonly Fields[] {
  if (Array.isArray(value)) return value.flatMap(chunksIn);
  if (typeof value === "string") return value.startsWith("{") && isJson(value) ? chunksIn(parsed(value)) : [];
  return isObject(value) ? [value] : [];
}

function failureOf(text: string): readonly Sent[] {
  return [{ type: "failure", failure: isJson(text) ? parsed(text) : text }];
}

function parsed(json: string): unknown {
  if (isTooDeep(json)) throw new SyntaxError("its lists and objects stand in each other too deeply");
  return JSON.parse(json);
}

function isJson(text: string): boolean {
  try {
    parsed(text);
    return true;
  } catch {
    return false;
  }
}

function isDocument(line: string): boolean {
  return /^\s*\{[^]*\}\s*$/.test(line) && isJson(line);
}
