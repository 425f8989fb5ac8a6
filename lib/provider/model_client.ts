import { modelName, type ModelRef, type ModelWays } from "../protocol/model_ref.ts";
import type { Clock } from "../support/clock.ts";
import { ProviderError } from "../support/errors.ts";
import { Dialects } from "./dialects.ts";
import { isOutage, isPassedOver, Outages } from "./outages.ts";
import type { Broker, ModelClient, ModelEvent, ModelReply, ModelRequest } from "./provider.ts";
import { requestWithTries, type TriesOptions } from "./request_tries.ts";
import { DEFAULT_RETRY, type RetryPolicy } from "./retry.ts";

/** What the requests of one agent go through. */
export interface ModelClientOptions extends Partial<ModelWays> {
  readonly broker: Broker;
  readonly model: ModelRef;
  readonly clock: Clock;
  readonly retry?: RetryPolicy;
  /** Without a byte for so long, a request has failed; 5 minutes unless said. */
  readonly idleMs?: number;
  /** Told of every piece of an answer, keep-alive comments included; may not throw. */
  readonly onBytes?: () => void;
}

/** Tries of a model while there is another to fall back to. */
const TRIES_BEFORE_FALLBACK = 3;

/**
 * The way of one agent to its model, through the broker, or to a fallback while the model's provider is down. Each
 * request begins anew with the model, unless that failed less than a minute ago.
 */
export function createModelClient(options: ModelClientOptions): ModelClient {
  const memory = { outages: new Outages(options.clock), dialects: new Dialects(options) };
  return { request: (request, signal) => requestWithFallbacks(options, memory, request, signal) };
}

/** What the requests before a request are remembered for. */
interface Memory {
  readonly outages: Outages;
  readonly dialects: Dialects;
}

async function* requestWithFallbacks(
  options: ModelClientOptions,
  { outages, dialects }: Memory,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent, ModelReply> {
  const order = outages.order([options.model, ...(options.fallbacks ?? [])]);
  const failures: { readonly isPlanned: boolean; readonly error: ProviderError }[] = [];
  for (const [index, model] of order.entries()) {
    const next = order[index + 1];
    try {
      const tries = triesOf(options, { model, dialects, isLast: next === undefined });
      const reply = yield* requestWithTries(tries, request, signal);
      return { ...reply, by: model };
    } catch (error) {
      signal.throwIfAborted();
      const isPlanned = model === options.model;
      if (!(error instanceof ProviderError) || !(isPlanned ? isOutage : isPassedOver)(error)) throw error;
      if (isOutage(error)) outages.note(model);
      failures.push({ isPlanned, error });
      if (next !== undefined) yield { type: "fell_back", from: modelName(model), to: modelName(next), error };
    }
  }
  throw allFailed(failures);
}

function triesOf(
  { broker, clock, retry = DEFAULT_RETRY, idleMs = 300_000, onBytes = () => {} }: ModelClientOptions,
  { model, dialects, isLast }: Pick<TriesOptions, "model" | "dialects"> & { readonly isLast: boolean },
): TriesOptions {
  const maxAttempts = isLast ? retry.maxAttempts : Math.min(retry.maxAttempts, TRIES_BEFORE_FALLBACK);
  return {
    broker,
    model,
    clock,
    dialects,
    retry: { ...retry, maxAttempts },
    retriesSilence: isLast, // a minute-long silence is worse than another model
    idleMs,
    onBytes,
  };
}

/** What counts is why the planned model failed; of the others people may want to know. */
function allFailed(
  failures: readonly { readonly isPlanned: boolean; readonly error: ProviderError }[],
): ProviderError {
  const { error } = failures.find(({ isPlanned }) => isPlanned) ?? failures[0]!; // no model without an answer or an error
  const others = failures.filter((each) => each.error !== error);
  if (others.length === 0) return error;
  const { code, message, retryable, retryAfterMs, status } = error;
  return new ProviderError(code, message, {
    retryable,
    hint: `No fallback answered either: ${others.map((each) => each.error.message).join("; ")}`,
    cause: error,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(status === undefined ? {} : { status }),
  });
}
