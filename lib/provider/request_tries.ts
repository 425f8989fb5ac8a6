import type { Message, TokenUsage } from "../protocol/conversation.ts";
import type { ModelRef } from "../protocol/model_ref.ts";
import type { Clock } from "../support/clock.ts";
import { ProviderError } from "../support/errors.ts";
import type {
  Broker,
  Lease,
  LeaseAsk,
  ModelEvent,
  ModelReply,
  ModelRequest,
  ReportedLimits,
  RequestOutcome,
} from "./provider.ts";
import { isOfOneKey, isRetried, type RetryPolicy } from "./retry.ts";
import { sendRequest } from "./send_request.ts";
import { WIRES } from "./wire.ts";

/** One model and how stubbornly it is asked. */
export interface TriesOptions {
  readonly broker: Broker;
  readonly model: ModelRef;
  readonly clock: Clock;
  /** How large the request is. */
  readonly size: Pick<LeaseAsk, "inputBound" | "maxInput">;
  readonly retry: RetryPolicy;
  /** Whether a server that stays silent is asked again. */
  readonly retriesSilence: boolean;
  readonly idleMs: number;
  readonly onBytes: () => void;
}

/** Leases until the answer of one model: another key where one was refused, another try after what may pass. */
export async function* requestWithTries(
  options: TriesOptions,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent, ModelReply> {
  const { model, size } = options;
  const had: Lease[] = [];
  let leased: Lease | undefined; // of this try; the broker's own refusal has none
  const tries = { rate_limited: 0, other: 0 };
  let lastError: ProviderError | null = null;
  for (let attempt = 1;;) {
    try {
      leased = undefined;
      const tried = had.map(({ id }) => id);
      const ask = { model, ...size, attempt, tried, ...lastErrorOf(lastError) };
      return yield* requestOnce(options, request, ask, {
        signal,
        onLease: (lease) => had.push(leased = lease),
      });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ProviderError)) throw error;
      if (!goesOnWithAnotherKey(error, leased)) {
        const isLimit = error.code === "rate_limited" || waitsForAKey(error, leased);
        const count = ++tries[isLimit ? "rate_limited" : "other"];
        if (!isTriedAgain(error, count, options, leased)) throw error;
        attempt++;
      }
      lastError = error;
      yield { type: "retry", attempt, error };
    }
  }
}

function isTriedAgain(
  error: ProviderError,
  count: number,
  { retry, retriesSilence }: TriesOptions,
  lease: Lease | undefined,
): boolean {
  if (waitsForAKey(error, lease)) return count < retry.maxRateLimited;
  return isRetried(error, count, retry) && (retriesSilence || error.code !== "timeout");
}

/** What concerns one key only is no reason to wait while another has room; each is tried once. */
function goesOnWithAnotherKey({ code }: ProviderError, lease: Lease | undefined): boolean {
  return isOfOneKey(code) && (lease?.otherKeys ?? 0) > 0;
}

/** The last key of a lap may be of no use for long: those that were over their limit before it are waited for. */
function waitsForAKey({ code }: ProviderError, lease: Lease | undefined): boolean {
  return isOfOneKey(code) && (lease?.keysAgain ?? 0) > 0;
}

/** One lease from its begin to its end, whatever comes between. */
async function* requestOnce(
  { broker, clock, idleMs, onBytes }: TriesOptions,
  request: ModelRequest,
  ask: LeaseAsk,
  { signal, onLease }: { readonly signal: AbortSignal; readonly onLease: (lease: Lease) => void },
): AsyncGenerator<ModelEvent, ModelReply> {
  const lease = await broker.acquire(ask, signal);
  onLease(lease);
  let usage: TokenUsage | null = null;
  let costUsd: number | null = null;
  let limits: ReportedLimits | null = null;
  let answerChars = 0;
  let error: RequestOutcome["error"] = { code: "aborted" };
  try {
    const body = JSON.stringify(WIRES[lease.api].body(request, lease));
    const reply = yield* sendRequest(body, lease, {
      signal,
      clock,
      idleMs,
      takenIds: callIds(request.messages),
      onUsage: (reported, cost) => {
        usage = reported;
        costUsd = cost;
      },
      onLimits: (reported) => limits = reported,
      onAnswer: (chars) => answerChars = chars,
      onBytes,
    });
    error = null;
    return withCause(reply, lease);
  } catch (thrown) {
    if (!signal.aborted) {
      error = thrown instanceof ProviderError ? outcomeError(thrown) : { code: "internal" };
    }
    throw thrown;
  } finally {
    broker.release(lease.id, {
      usage,
      error,
      answerChars,
      ...(limits === null ? {} : { limits }),
      ...(costUsd === null ? {} : { costUsd }),
    });
  }
}

/** An answer that was cut at a limit which the budget had lowered was cut by the budget. */
function withCause(reply: ModelReply, { isOutputLowered }: Lease): ModelReply {
  return reply.finish === "length" && isOutputLowered ? { ...reply, finish: "budget" } : reply;
}

function lastErrorOf(error: ProviderError | null): Pick<LeaseAsk, "lastError"> {
  if (error === null) return {};
  const { code, retryAfterMs } = error;
  return { lastError: { code, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) } };
}

function outcomeError({ code, status, retryAfterMs }: ProviderError): NonNullable<RequestOutcome["error"]> {
  return {
    code,
    ...(status === undefined ? {} : { status }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

function callIds(messages: readonly Message[]): ReadonlySet<string> {
  return new Set(
    messages.flatMap((message) =>
      message.role === "assistant" ? message.toolCalls.map((call) => call.id) : []
    ),
  );
}
