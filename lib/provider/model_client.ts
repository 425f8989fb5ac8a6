import { Buffer } from "node:buffer";
import type { Message, TokenUsage } from "../protocol/conversation.ts";
import type { ModelRef } from "../protocol/model_ref.ts";
import type { Clock } from "../support/clock.ts";
import { ProviderError } from "../support/errors.ts";
import { sendChat } from "./chat_completions.ts";
import type {
  Broker,
  Lease,
  LeaseAsk,
  ModelClient,
  ModelEvent,
  ModelReply,
  ModelRequest,
  ReportedLimits,
  RequestOutcome,
} from "./provider.ts";
import { DEFAULT_RETRY, isRetried, type RetryPolicy } from "./retry.ts";
import { chatBody } from "./wire_chat.ts";

/** What the requests of one agent go through. */
export interface ModelClientOptions {
  readonly broker: Broker;
  readonly model: ModelRef;
  readonly clock: Clock;
  readonly retry?: RetryPolicy;
  /** Without a byte for so long, a request has failed; 5 minutes unless said. */
  readonly idleMs?: number;
  /** Told of every piece of an answer, keep-alive comments included; may not throw. */
  readonly onBytes?: () => void;
}

/** The way of one agent to its model, through the broker. */
export function createModelClient(options: ModelClientOptions): ModelClient {
  return { request: (request, signal) => requestWithRetries(options, request, signal) };
}

/** Leases until the answer: another key where one was refused, another try after what may pass. */
async function* requestWithRetries(
  options: ModelClientOptions,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent, ModelReply> {
  const retry = options.retry ?? DEFAULT_RETRY;
  const inputBound = boundInput(request, options.model);
  const had: Lease[] = [];
  const tries = { rate_limited: 0, other: 0 };
  let lastError: ProviderError | null = null;
  for (let attempt = 1;;) {
    try {
      const tried = had.map(({ id }) => id);
      const ask = { model: options.model, inputBound, attempt, tried, ...lastErrorOf(lastError) };
      return yield* requestOnce(options, request, ask, { signal, onLease: (lease) => had.push(lease) });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ProviderError)) throw error;
      if (!goesOnWithAnotherKey(error, had.at(-1))) {
        const count = ++tries[error.code === "rate_limited" ? "rate_limited" : "other"];
        if (!isRetried(error, count, retry)) throw error;
        attempt++;
      }
      lastError = error;
      yield { type: "retry", attempt, error };
    }
  }
}

/** What concerns one key only is no reason to wait while another has room; each is tried once. */
function goesOnWithAnotherKey({ code }: ProviderError, lease: Lease | undefined): boolean {
  return (code === "rate_limited" || code === "quota" || code === "auth") && (lease?.otherKeys ?? 0) > 0;
}

/** One lease from its begin to its end, whatever comes between. */
async function* requestOnce(
  { broker, clock, idleMs = 300_000, onBytes = () => {} }: ModelClientOptions,
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
    refuseOtherWires(lease);
    const body = JSON.stringify(chatBody(request, lease));
    const reply = yield* sendChat(body, lease, {
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
    return reply;
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

/** Sending one wire format to an endpoint that was configured for another would fail in the server's words. */
function refuseOtherWires({ api, provider }: Lease): void {
  if (api === "chat") return;
  throw new ProviderError(
    "bad_request",
    `Cannot use provider "${provider}" with api "${api}": only chat is there`,
    {
      retryable: false,
      hint: `Set providers.${provider}.api to chat in config.yaml`,
    },
  );
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

/** A token is at least a byte of what is sent, so the bytes bound the tokens from above. */
function boundInput(request: ModelRequest, { model, reasoningEffort }: ModelRef): number {
  const target = { model, reasoningEffort, outputLimit: null, outputLimitField: "" };
  return Buffer.byteLength(JSON.stringify(chatBody(request, target)));
}

function callIds(messages: readonly Message[]): ReadonlySet<string> {
  return new Set(
    messages.flatMap((message) =>
      message.role === "assistant" ? message.toolCalls.map((call) => call.id) : []
    ),
  );
}
