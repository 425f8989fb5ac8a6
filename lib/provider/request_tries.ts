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
  RequestOutcome,
} from "./provider.ts";
import { believableUsage } from "./believable_usage.ts";
import { isOfOneKey, isRetried, type RetryPolicy } from "./retry.ts";
import { bodyText, type Dialects, type Taught } from "./dialects.ts";
import type { Refusal } from "./refusal_lessons.ts";
import { sendRequest } from "./send_request.ts";

/** One model and how stubbornly it is asked. */
export interface TriesOptions {
  readonly broker: Broker;
  readonly model: ModelRef;
  readonly clock: Clock;
  readonly dialects: Dialects;
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
  const { model } = options;
  const had: Lease[] = [];
  let leased: Lease | undefined; // of this try; the broker's own refusal has none
  let taught: Taught = UNTAUGHT;
  const tries = { rate_limited: 0, other: 0 };
  let lastError: ProviderError | null = null;
  for (let attempt = 1;;) {
    try {
      leased = undefined;
      taught = UNTAUGHT;
      const tried = had.map(({ id }) => id);
      const ask = { model, attempt, tried, ...lastErrorOf(lastError) };
      return yield* requestOnce(options, request, ask, {
        signal,
        onLease: (lease) => had.push(leased = lease),
        onTaught: (news) => taught = news,
      });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ProviderError)) throw error;
      if (taught.isWorthAnother) {
        lastError = null; // the request was wrong, and is another one now
        had.length = 0;
        continue;
      }
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
function goesOnWithAnotherKey({ code, status }: ProviderError, lease: Lease | undefined): boolean {
  const isOfAccount = status === 403 && code === "bad_request"; // which may not use this model
  return (isOfOneKey(code) || isOfAccount) && (lease?.otherKeys ?? 0) > 0;
}

/** The last key of a lap may be of no use for long: those that were over their limit before it are waited for. */
function waitsForAKey({ code, isGuess }: ProviderError, lease: Lease | undefined): boolean {
  return isOfOneKey(code) && !isGuess && (lease?.keysAgain ?? 0) > 0;
}

const UNTAUGHT: Taught = { isWorthAnother: false };

/** Who follows one try. */
interface TryReader {
  readonly signal: AbortSignal;
  readonly onLease: (lease: Lease) => void;
  readonly onTaught: (taught: Taught) => void;
}

/** One lease from its begin to its end, whatever comes between. */
async function* requestOnce(
  { broker, clock, dialects, idleMs, onBytes }: TriesOptions,
  request: ModelRequest,
  ask: Omit<LeaseAsk, "inputBound" | "maxInput">,
  { signal, onLease, onTaught }: TryReader,
): AsyncGenerator<ModelEvent, ModelReply> {
  const spoken = await dialects.of(ask.model);
  const { learn: learnSize, ...size } = spoken.bound(request);
  const lease = await broker.acquire({ ...ask, ...size }, signal);
  onLease(lease);
  let outcome: Omit<RequestOutcome, "error"> = { usage: null, answerChars: 0 };
  let reportedChars: number | null = null; // null: no usage, or that of the whole answer
  let error: RequestOutcome["error"] = { code: "aborted" };
  const body = spoken.bodyFor(request, lease);
  const believable = (usage: TokenUsage | null) =>
    believableUsage(usage, {
      sentBytes: size.inputBound,
      answerChars: outcome.answerChars ?? 0,
      outputLimit: lease.outputLimit,
    });
  const onRefused = async (refusal: Refusal) => {
    const taught = await spoken.learn(refusal, body, request.messages);
    if (taught.lessons !== undefined) outcome = { ...outcome, lessons: taught.lessons };
    onTaught(taught);
  };
  try {
    const sent = yield* sendRequest(bodyText(body), lease, {
      wire: spoken.wire,
      signal,
      clock,
      idleMs,
      takenIds: callIds(request.messages),
      onUsage: ({ usage: reported, costUsd, isWhole }) => {
        const usage = believable(reported);
        outcome = { ...outcome, usage, ...(costUsd === null ? {} : { costUsd }) };
        reportedChars = usage === null || isWhole ? null : outcome.answerChars ?? 0;
      },
      onLimits: (limits) => outcome = { ...outcome, limits },
      onAnswer: (answerChars) => outcome = { ...outcome, answerChars },
      onRefused,
      onBytes,
    });
    error = null;
    const reply = { ...sent, usage: believable(sent.usage) };
    learnSize(reply.usage?.input ?? 0);
    return withCause(reply, lease);
  } catch (thrown) {
    if (!signal.aborted) {
      error = thrown instanceof ProviderError ? outcomeError(thrown) : { code: "internal" };
    }
    throw thrown;
  } finally {
    const isPart = error !== null && reportedChars !== null;
    const unreportedChars = (outcome.answerChars ?? 0) - (reportedChars ?? 0);
    broker.release(lease.id, { ...outcome, ...(isPart ? { unreportedChars } : {}), error });
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

function outcomeError(
  { code, status, retryAfterMs, isGuess }: ProviderError,
): NonNullable<RequestOutcome["error"]> {
  return {
    code,
    ...(isGuess ? { isGuess } : {}),
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
