import { ProviderError } from "../support/errors.ts";
import { EventLines, type StreamBlock } from "./event_lines.ts";
import { placeOf } from "./http_error.ts";
import { isTooDeep } from "./json_depth.ts";
import { type Fields, isObject } from "./loose_values.ts";
import type { Lease } from "./provider.ts";
import { looksLikeHtml } from "./server_words.ts";
import type { WatchedResponse } from "./watched_body.ts";

/** What a server sent: a chunk of its answer, that the answer is complete, or what failed in its own terms. */
export type Sent =
  | { readonly type: "chunk"; readonly chunk: Fields }
  | { readonly type: "done" }
  | { readonly type: "failure"; readonly failure: unknown };

/**
 * What comes in an answer: chunks of an event stream, or one document of JSON, whatever the server calls it. Keep-alives
 * and all else that is neither JSON nor an error are skipped. Throws {@linkcode ProviderError} for an answer of nothing
 * else, and SyntaxError for JSON that is broken.
 */
export async function* sentIn(watched: WatchedResponse | null, lease: Lease): AsyncGenerator<Sent> {
  if (watched === null) return;
  const document = new StrayText();
  let hasEvents = false;
  for await (const blocks of blocksOf(watched)) {
    for (const block of blocks) {
      if (block.type === "stray") {
        yield* document.add(block.line);
        continue;
      }
      for (const sent of block.type === "event" ? sentBy(block) : failureOf(block.text)) {
        hasEvents = true;
        yield sent;
        if (sent.type === "done") return;
      }
    }
  }
  yield* document.end(hasEvents, lease);
}

/** The error for what was thrown while an answer was read. */
export function readingError(error: unknown, lease: Lease): ProviderError {
  if (error instanceof ProviderError) return error;
  if (error instanceof SyntaxError) {
    return malformedError(lease, "it is not JSON where it should be", { retryable: true });
  }
  const message = `Cannot use the answer of ${placeOf(lease)}: the connection was closed before its end`;
  return new ProviderError("cut", message, { retryable: true, cause: error });
}

/** The error for an answer that is not the protocol. */
export function malformedError(
  lease: Lease,
  state: string,
  options: { readonly retryable: boolean },
): ProviderError {
  return new ProviderError("malformed", `Cannot use the answer of ${placeOf(lease)}: ${state}`, options);
}

/** All that is complete with a piece, at once: each step of a generator costs some promises. */
async function* blocksOf({ body }: WatchedResponse): AsyncGenerator<readonly StreamBlock[]> {
  const reader = body.getReader();
  const decoder = new TextDecoder(); // drops a byte order mark
  const lines = new EventLines();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      yield lines.feed(done ? decoder.decode() : decoder.decode(value, { stream: true }));
      if (done) return yield lines.end();
    }
  } finally {
    reader.cancel().catch(() => {}); // of what has failed or was aborted
  }
}

/** An event that some servers send after the last chunk, and how they spell it. */
const DONE = /^"?\[?DONE\]?"?$/i;

/** An object, a list of some, or either in a string; what keeps a line alive may be `[PING]`. */
const LOOKS_LIKE_JSON = /^(?:[{"]|\[\s*[{[\]])/;

/** Where a server leaves out the blank lines, each line is an event. */
function sentBy({ name, data }: StreamBlock & { readonly type: "event" }): readonly Sent[] {
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

/** What stands in a stream outside of its events: a document of JSON, one on each line, or words. */
class StrayText {
  readonly #lines: string[] = [];
  #documents = 0;

  /** A line; what is a document by itself need not wait for the end, unless it is the only one. */
  *add(line: string): Generator<Sent> {
    this.#lines.push(line);
    const [first] = this.#lines;
    if (this.#lines.length !== 2 || first === undefined || !isDocument(first)) return;
    this.#lines.shift();
    this.#documents++;
    yield* chunksIn(parsed(first)).map((chunk) => ({ type: "chunk", chunk }) as const);
  }

  /** A document that is the whole answer says so by its end. */
  *end(hasEvents: boolean, lease: Lease): Generator<Sent> {
    const text = this.#lines.join("\n").trim();
    if (text === "" || (hasEvents && !LOOKS_LIKE_JSON.test(text))) return;
    if (looksLikeHtml(text)) {
      const state = "it is a web page; base_url may lack its path, such as /v1";
      throw malformedError(lease, state, { retryable: false });
    }
    const chunks = chunksIn(parsed(text));
    yield* chunks.map((chunk) => ({ type: "chunk", chunk }) as const);
    if (!hasEvents && this.#documents === 0) yield { type: "done" };
  }
}

function isDocument(line: string): boolean {
  return /^\s*\{.*\}\s*$/.test(line) && isJson(line);
}
