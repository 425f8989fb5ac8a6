import type { TokenUsage } from "../protocol/conversation.ts";
import type { Clock } from "../support/clock.ts";
import { ProviderError } from "../support/errors.ts";
import { fetchOver } from "../support/runtime.ts";
import { STRAIGHT } from "../support/transport.ts";
import { type AnswerFold, type Complaint, isTooLong } from "./answer_fold.ts";
import { newShortId } from "./call_ids.ts";
import { malformedError, readingError } from "./answer_errors.ts";
import { sentIn } from "./event_stream.ts";
import type { Sent } from "./sent_answer.ts";
import { failureIn } from "./failure_in.ts";
import { isObject } from "./loose_values.ts";
import { placeOf } from "./place_of.ts";
import type { Lease, ModelEvent, ModelReply, ReportedLimits } from "./provider.ts";
import { RequestLine } from "./request_line.ts";
import { readText, watchBody, type WatchedResponse } from "./watched_body.ts";
import type { Refusal } from "./refusal_lessons.ts";
import type { Wire } from "./wire.ts";

/** How one request is sent. */
export interface SendOptions {
  readonly wire: Wire;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** Without a byte for so long, the request has failed. */
  readonly idleMs: number;
  /** Call ids that the conversation has used. */
  readonly takenIds: ReadonlySet<string>;
  /** Told of usage as it is reported, also in an answer that fails. */
  readonly onUsage: (report: UsageReport) => void;
  /** Told of the limits that a response reports. */
  readonly onLimits: (limits: ReportedLimits) => void;
  /** Told of a response that refuses the request, before its error is thrown. */
  readonly onRefused: (refusal: Refusal) => Promise<void>;
  /** Told how many characters of the answer have come. */
  readonly onAnswer: (chars: number) => void;
  /** Told of every piece of the answer, keep-alive comments included. */
  readonly onBytes: () => void;
}

/** What a server reported of an answer so far. */
export interface UsageReport {
  /** Null: its cost only. */
  readonly usage: TokenUsage | null;
  /** US dollars; null where the server names none. */
  readonly costUsd: number | null;
  /** The answer had ended, so that no more is billed. */
  readonly isWhole: boolean;
}

/** How long the rest of a finished answer is awaited from a server that neither says so nor hangs up, in ms. */
const AFTER_FINISH_MS = 2_000;
const MAX_ERROR_BYTES = 65_536;
/** A token in a chunk of its own takes about 350 bytes: room for a million of them. */
const MAX_ANSWER_BYTES = 350_000_000;

/**
 * Sends one request over the wire of its lease, with its key, and folds the answer while it comes. An abort closes the
 * socket at once and rejects with the signal's reason; all else that goes wrong is a {@linkcode ProviderError}.
 */
export async function* sendRequest(
  body: string,
  lease: Lease,
  options: SendOptions,
): AsyncGenerator<ModelEvent, ModelReply> {
  const onSilence = () => silence(lease, options.idleMs);
  using line = new RequestLine({ ...options, onSilence });
  const fold = options.wire.fold(lease);
  let failed: ProviderError | null = null;
  try {
    line.throwIfCut();
    for await (const sent of answerOf(body, lease, line, options)) {
      const wasFinished = fold.isFinished; // what fails after that is none of our business
      const { events, failure } = takeIn(sent, fold, options);
      yield* events;
      if (isTooLong(fold)) throw endless(lease);
      if (failure !== null && !wasFinished) {
        const { streamedError } = await import("./http_error.ts");
        failed = streamedError(lease, failure);
        break;
      }
      if (fold.isFinished) line.shorten(AFTER_FINISH_MS);
    }
    if (!fold.isFinished) line.throwIfCut();
  } catch (error) {
    options.signal.throwIfAborted();
    if (!fold.isFinished) {
      line.throwIfCut();
      throw readingError(error, lease);
    }
  }
  if (failed !== null) throw failed;
  const complain: Complaint = (state) => `Cannot use the answer of ${placeOf(lease)}: ${state}`;
  return fold.end(complain, { taken: options.takenIds, newId: newShortId });
}

/** Folds what was sent and tells of it; returns what the user may see, and what failed in the server's terms, or null. */
function takeIn(
  sent: Sent,
  fold: AnswerFold,
  { onAnswer, onUsage }: Pick<SendOptions, "onAnswer" | "onUsage">,
): { readonly events: readonly ModelEvent[]; readonly failure: unknown } {
  const before = { usage: fold.usage, costUsd: fold.costUsd };
  const events = eventsOf(sent, fold);
  const failure = fold.failure ?? failureOf(sent);
  const { usage, costUsd } = fold;
  onAnswer(fold.chars);
  if (usage !== before.usage || costUsd !== before.costUsd) {
    onUsage({ usage, costUsd, isWhole: fold.isFinished || failure !== null });
  }
  return { events, failure };
}

function eventsOf(sent: Sent, fold: AnswerFold): readonly ModelEvent[] {
  if (sent.type === "done") return fold.close();
  const fields = sent.type === "chunk" ? sent.chunk : sent.failure; // which may tell of usage
  return isObject(fields) ? fold.add(fields) : [];
}

function failureOf(sent: Sent): unknown {
  if (sent.type === "chunk") return failureIn(sent.chunk);
  if (sent.type === "done") return null;
  return isObject(sent.failure) ? failureIn(sent.failure) ?? sent.failure : sent.failure;
}

async function* answerOf(
  body: string,
  lease: Lease,
  line: RequestLine,
  { wire, clock, onLimits, onRefused }: Pick<SendOptions, "wire" | "clock" | "onLimits" | "onRefused">,
): AsyncGenerator<Sent> {
  const response = await post(body, lease, { wire, line });
  const limits = await limitsOf(response.headers, clock);
  if (limits !== null) onLimits(limits);
  const watched = watchBody(response, limitBytes(lease, line));
  await refuseFailure(response, watched, { lease, now: clock.now(), onRefused });
  yield* sentIn(watched, lease);
}

/** What a response says of its server's limits; few say anything. */
async function limitsOf(headers: Headers, clock: Clock): Promise<ReportedLimits | null> {
  if (![...headers.keys()].some((name) => name.includes("ratelimit"))) return null;
  const { reportedLimits } = await import("./reported_limits.ts");
  return reportedLimits(headers, clock.now());
}

function limitBytes(lease: Lease, line: RequestLine): (count: number) => void {
  let total = 0;
  return (count) => {
    line.touch();
    total += count;
    if (total > MAX_ANSWER_BYTES) throw endless(lease);
  };
}

async function post(
  body: string,
  lease: Lease,
  { wire, line }: { readonly wire: Wire; readonly line: RequestLine },
): Promise<Response> {
  const headers = {
    "content-type": "application/json",
    "accept": "text/event-stream",
    ...lease.headers,
    ...authorization(lease, wire),
  };
  try {
    const { signal } = line.controller;
    const init: RequestInit = { method: "POST", headers, body, signal, redirect: "manual" };
    return await fetchOver(addressOf(lease, wire), init, lease.transport ?? STRAIGHT);
  } catch (error) {
    line.throwIfCut();
    const { connectionError } = await import("./connection_error.ts");
    throw connectionError(lease, error);
  }
}

/** The base URL may have a query, which some gateways ask for. */
function addressOf(lease: Lease, { path }: Wire): URL {
  const url = new URL(lease.baseUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/${path}`;
  return url;
}

/** A key that no header takes is refused here, because the runtimes repeat the whole header in their errors. */
function authorization({ key, keyName, provider }: Lease, wire: Wire): Readonly<Record<string, string>> {
  if (key === null) return {};
  if (/^[\x21-\x7e]+$/.test(key)) return wire.authorization(key);
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
  { lease, now, onRefused }: { readonly lease: Lease; readonly now: number } & Pick<SendOptions, "onRefused">,
): Promise<void> {
  if (status >= 200 && status < 300) return;
  const { redirectError, statusError } = await import("./http_error.ts");
  if (status >= 300 && status < 400) throw redirectError(lease, headers.get("location"));
  if (status === 407 && lease.transport?.proxy) {
    const { proxyLoginError } = await import("./connection_error.ts");
    throw proxyLoginError(lease);
  }
  const text = await readText(watched, MAX_ERROR_BYTES);
  await onRefused({ status, text });
  throw statusError(lease, { status, headers, body: text }, now);
}

function endless(lease: Lease): ProviderError {
  return malformedError(lease, "it does not end", { retryable: false });
}

function silence(lease: Lease, idleMs: number): ProviderError {
  const message = `${placeOf(lease)} sent nothing for ${idleMs / 1000} s`;
  return new ProviderError("timeout", message, { retryable: true });
}
