import { APIError } from "openai/core/error";
import { Stream } from "openai/core/streaming";
import type { TokenUsage } from "../protocol/conversation.ts";
import type { Clock } from "../support/clock.ts";
import { ProviderError } from "../support/errors.ts";
import { connectionError } from "./connection_error.ts";
import { ChatFold, type Complaint } from "./fold_chat.ts";
import { placeOf, redirectError, statusError, streamedError } from "./http_error.ts";
import type { Lease, ModelEvent, ModelReply, ReportedLimits } from "./provider.ts";
import { reportedLimits } from "./reported_limits.ts";
import { RequestLine } from "./request_line.ts";
import { looksLikeHtml } from "./server_words.ts";
import { readText, watchBody, type WatchedResponse } from "./watched_body.ts";

/** How one request is sent. */
export interface SendOptions {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Without a byte for so long, the request has failed. */
  readonly idleMs: number;
  /** Call ids that the conversation has used. */
  readonly takenIds: ReadonlySet<string>;
  /** Told of usage as it is reported, with its cost in US dollars if the server names one, also in an answer that fails. */
  readonly onUsage: (usage: TokenUsage, costUsd: number | null) => void;
  /** Told of the limits that a response reports. */
  readonly onLimits: (limits: ReportedLimits) => void;
  /** Told how many characters of the answer have come. */
  readonly onAnswer: (chars: number) => void;
  /** Told of every piece of the answer, keep-alive comments included. */
  readonly onBytes: () => void;
}

type StreamClient = NonNullable<Parameters<typeof Stream.fromSSEResponse>[2]>;

/** Of the client class the decoder needs only the logger; without one it would write to the console. */
const SILENT = { logger: undefined, logLevel: "off" } as unknown as StreamClient;

/** How long the rest of a finished answer is awaited from a server that neither says so nor hangs up, in ms. */
const AFTER_FINISH_MS = 2_000;
const MAX_ERROR_BYTES = 65_536;
/** A token in a chunk of its own takes about 350 bytes: room for a million of them. */
const MAX_ANSWER_BYTES = 350_000_000;

/**
 * Sends one Chat Completions request with the key of its lease and folds the answer while it comes. An abort closes the
 * socket at once and rejects with the signal's reason; all else that goes wrong is a {@linkcode ProviderError}.
 */
export async function* sendChat(
  body: string,
  lease: Lease,
  options: SendOptions,
): AsyncGenerator<ModelEvent, ModelReply> {
  const onSilence = () => silence(lease, options.idleMs);
  using line = new RequestLine({ ...options, onSilence });
  const fold = new ChatFold();
  try {
    line.throwIfCut();
    for await (const chunk of answerOf(body, lease, line, options)) {
      const events = fold.add(chunk);
      options.onAnswer(fold.chars);
      yield* events;
      if (fold.isTooLong) throw endless(lease);
      if (fold.usage !== null) options.onUsage(fold.usage, fold.costUsd);
      if (fold.isFinished) line.shorten(AFTER_FINISH_MS);
    }
    if (!fold.isFinished) line.throwIfCut();
  } catch (error) {
    options.signal.throwIfAborted();
    if (!fold.isFinished) throw failureOf(error, lease, line);
  }
  const complain: Complaint = (state) => `Cannot use the answer of ${placeOf(lease)}: ${state}`;
  return fold.end(complain, { taken: options.takenIds, newId: newCallId });
}

/** Nine letters and digits: the strictest form that a server asks for (Mistral). */
function newCallId(): string {
  return `c${crypto.randomUUID().slice(0, 8)}`;
}

async function* answerOf(
  body: string,
  lease: Lease,
  line: RequestLine,
  { clock, onLimits }: Pick<SendOptions, "clock" | "onLimits">,
): AsyncGenerator<unknown> {
  const response = await post(body, lease, line);
  const limits = reportedLimits(response.headers);
  if (limits !== null) onLimits(limits);
  const watched = watchBody(response, limitBytes(lease, line));
  await refuseFailure(response, watched, { lease, now: clock.now() });
  yield* chunksOf(watched, line.controller, lease);
}

function limitBytes(lease: Lease, line: RequestLine): (count: number) => void {
  let total = 0;
  return (count) => {
    line.touch();
    total += count;
    if (total > MAX_ANSWER_BYTES) throw endless(lease);
  };
}

async function post(body: string, lease: Lease, line: RequestLine): Promise<Response> {
  const headers = {
    "content-type": "application/json",
    "accept": "text/event-stream",
    ...lease.headers,
    ...authorization(lease),
  };
  try {
    const { signal } = line.controller;
    return await fetch(addressOf(lease), { method: "POST", headers, body, signal, redirect: "manual" });
  } catch (error) {
    line.throwIfCut();
    throw connectionError(lease, error);
  }
}

/** The base URL may have a query, which some gateways ask for. */
function addressOf(lease: Lease): URL {
  const url = new URL(lease.baseUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/chat/completions`;
  return url;
}

/** A key that no header takes is refused here, because the runtimes repeat the whole header in their errors. */
function authorization({ key, keyName, provider }: Lease): Record<string, string> {
  if (key === null) return {};
  if (/^[\x21-\x7e]+$/.test(key)) return { authorization: `Bearer ${key}` };
  throw new ProviderError(
    "auth",
    `Cannot send the key of "${provider}": it holds characters that no key has`,
    {
      retryable: false,
      hint: `Look for blanks, line breaks and typographic quotes in ${keyName ?? "it"}`,
    },
  );
}

async function refuseFailure(
  { status, headers }: Response,
  watched: WatchedResponse | null,
  { lease, now }: { readonly lease: Lease; readonly now: number },
): Promise<void> {
  if (status >= 200 && status < 300) return;
  if (status >= 300 && status < 400) throw redirectError(lease, headers.get("location"));
  throw statusError(lease, { status, headers, body: await readText(watched, MAX_ERROR_BYTES) }, now);
}

/** The chunks of an event stream; an answer that comes whole, as JSON, is one chunk. */
async function* chunksOf(
  watched: WatchedResponse | null,
  controller: AbortController,
  lease: Lease,
): AsyncGenerator<unknown> {
  if (watched === null) return;
  const type = watched.headers.get("content-type") ?? "";
  if (type.includes("json") || type.includes("html")) {
    yield wholeAnswer(await readText(watched, MAX_ANSWER_BYTES), lease);
  } else {
    const response = watched as unknown as Response; // the decoder uses its headers and the reader of its body
    yield* Stream.fromSSEResponse<unknown>(response, controller, SILENT);
  }
}

function wholeAnswer(text: string, lease: Lease): unknown {
  if (looksLikeHtml(text)) {
    throw malformed(lease, "it is a web page; base_url may lack its path, such as /v1", { retryable: false });
  }
  const answer: unknown = JSON.parse(text);
  if (typeof answer === "object" && answer !== null && "error" in answer && answer.error) {
    throw streamedError(lease, answer.error);
  }
  return answer;
}

function failureOf(error: unknown, lease: Lease, line: RequestLine): unknown {
  line.throwIfCut();
  if (error instanceof ProviderError) return error;
  if (error instanceof APIError) return streamedError(lease, error.error);
  if (error instanceof SyntaxError) {
    return malformed(lease, "it is not JSON where it should be", { retryable: true });
  }
  const message = `Cannot use the answer of ${placeOf(lease)}: the connection was closed before its end`;
  return new ProviderError("cut", message, { retryable: true, cause: error });
}

function malformed(lease: Lease, state: string, options: { readonly retryable: boolean }): ProviderError {
  return new ProviderError("malformed", `Cannot use the answer of ${placeOf(lease)}: ${state}`, options);
}

function endless(lease: Lease): ProviderError {
  return malformed(lease, "it does not end", { retryable: false });
}

function silence(lease: Lease, idleMs: number): ProviderError {
  const message = `${placeOf(lease)} sent nothing for ${idleMs / 1000} s`;
  return new ProviderError("timeout", message, { retryable: true });
}
