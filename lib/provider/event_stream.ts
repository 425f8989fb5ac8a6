import { APIError } from "openai/core/error";
import { Stream } from "openai/core/streaming";
import { ProviderError } from "../support/errors.ts";
import { placeOf, streamedError } from "./http_error.ts";
import type { Lease } from "./provider.ts";
import { looksLikeHtml } from "./server_words.ts";
import { readText, type WatchedResponse } from "./watched_body.ts";

type StreamClient = NonNullable<Parameters<typeof Stream.fromSSEResponse>[2]>;

/** Of the client class the decoder needs only the logger; without one it would write to the console. */
const SILENT = { logger: undefined, logLevel: "off" } as unknown as StreamClient;

/** The chunks of an event stream; an answer that comes whole, as JSON of at most `maxBytes`, is one chunk. */
export async function* chunksOf(
  watched: WatchedResponse | null,
  controller: AbortController,
  { lease, maxBytes }: { readonly lease: Lease; readonly maxBytes: number },
): AsyncGenerator<unknown> {
  if (watched === null) return;
  const type = watched.headers.get("content-type") ?? "";
  if (type.includes("json") || type.includes("html")) {
    yield wholeAnswer(await readText(watched, maxBytes), lease);
  } else {
    const response = watched as unknown as Response; // the decoder uses its headers and the reader of its body
    yield* Stream.fromSSEResponse<unknown>(response, controller, SILENT);
  }
}

/** The error for what was thrown while chunks were read. */
export function readingError(error: unknown, lease: Lease): ProviderError {
  if (error instanceof ProviderError) return error;
  if (error instanceof APIError) return streamedError(lease, error.error);
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

function wholeAnswer(text: string, lease: Lease): unknown {
  if (looksLikeHtml(text)) {
    const state = "it is a web page; base_url may lack its path, such as /v1";
    throw malformedError(lease, state, { retryable: false });
  }
  const answer: unknown = JSON.parse(text);
  if (typeof answer === "object" && answer !== null && "error" in answer && answer.error) {
    throw streamedError(lease, answer.error);
  }
  return answer;
}
