import { createParser, type EventSourceMessage } from "eventsource-parser";
import { ProviderError } from "../support/errors.ts";
import { placeOf, streamedError } from "./http_error.ts";
import { objectOf } from "./loose_values.ts";
import type { Lease } from "./provider.ts";
import { looksLikeHtml } from "./server_words.ts";
import { readText, type WatchedResponse } from "./watched_body.ts";

/** The data of the event that some servers send after the last chunk. */
const DONE = "[DONE]";

/**
 * The chunks of an event stream; an answer that comes whole, as JSON of at most `maxBytes`, is one chunk. Throws
 * {@linkcode ProviderError} for an error in place of a chunk and for what is no JSON.
 */
export async function* chunksOf(
  watched: WatchedResponse | null,
  { lease, maxBytes }: { readonly lease: Lease; readonly maxBytes: number },
): AsyncGenerator<unknown> {
  if (watched === null) return;
  const type = watched.headers.get("content-type") ?? "";
  if (type.includes("json") || type.includes("html")) {
    yield wholeAnswer(await readText(watched, maxBytes), lease);
  } else {
    for await (const event of eventsOf(watched)) yield chunkOf(event, lease);
  }
}

/** The error for what was thrown while chunks were read. */
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

/** Until the end, or until the server says that it is done. */
async function* eventsOf({ body }: WatchedResponse): AsyncGenerator<EventSourceMessage> {
  const reader = body.getReader();
  const decoder = new TextDecoder(); // drops a byte order mark
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => void events.push(event) });
  try {
    for (let isOver = false; !isOver;) {
      const { done, value } = await reader.read();
      isOver = done;
      // Some servers leave out the blank line after their last event.
      parser.feed(done ? `${decoder.decode()}\n\n` : decoder.decode(value, { stream: true }));
      for (const event of events.splice(0)) {
        if (event.data === DONE) return;
        yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => {}); // of what has failed or was aborted
  }
}

function chunkOf({ event, data }: EventSourceMessage, lease: Lease): unknown {
  const chunk: unknown = JSON.parse(data);
  const { error } = objectOf(chunk);
  if (event === "error" || error) throw streamedError(lease, error ?? chunk);
  return chunk;
}

function wholeAnswer(text: string, lease: Lease): unknown {
  if (looksLikeHtml(text)) {
    const state = "it is a web page; base_url may lack its path, such as /v1";
    throw malformedError(lease, state, { retryable: false });
  }
  const answer: unknown = JSON.parse(text);
  const { error } = objectOf(answer);
  if (error) throw streamedError(lease, error);
  return answer;
}
