import { type Api, type Dialect, PLAIN_DIALECT } from "../../lib/protocol/dialect.ts";
import { createBroker } from "../../lib/provider/broker.ts";
import { createModelClient } from "../../lib/provider/model_client.ts";
import type {
  Broker,
  ModelEvent,
  ModelReply,
  ModelRequest,
  RequestOutcome,
} from "../../lib/provider/provider.ts";
import { DEFAULT_RETRY } from "../../lib/provider/retry.ts";
import { systemClock } from "../../lib/support/clock.ts";

/** A request with one user message and no tools. */
export const HELLO: ModelRequest = { messages: [{ role: "user", content: "hello" }], tools: [] };

/** How a request of a test differs from the usual. */
export interface AskOptions {
  readonly request?: ModelRequest;
  readonly signal?: AbortSignal;
  readonly key?: string | null;
  readonly api?: Api;
  /** How the model wants to be asked, beside the wire. */
  readonly dialect?: Partial<Dialect>;
  readonly attempts?: number;
  readonly idleMs?: number;
  readonly outputLimit?: number | null;
  readonly reasoningEffort?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cacheKey?: string;
}

/** All that one request came to. */
export interface Asked {
  readonly events: ModelEvent[];
  readonly reply: ModelReply | null;
  readonly error: unknown;
  /** How each lease was released. */
  readonly outcomes: RequestOutcome[];
}

/** A broker for one endpoint that never waits, and the outcomes it was told of. */
export function testBroker(
  baseUrl: string,
  options: AskOptions = {},
): { broker: Broker; outcomes: RequestOutcome[] } {
  const outcomes: RequestOutcome[] = [];
  const { key = "sk-planted-key" } = options;
  const broker = createBroker({
    endpointOf: (provider) => ({
      provider,
      baseUrl,
      keys: key === null ? [] : [key],
      keyNames: ["TEST_KEY"],
      headers: options.headers ?? {},
    }),
    settingsOf: () => ({ max_output_tokens: options.outputLimit ?? null }),
    clock: systemClock,
    random: () => 0,
  });
  const released = new Set<number>();
  return {
    outcomes,
    broker: {
      acquire: (ask, signal) => broker.acquire(ask, signal),
      release(leaseId, outcome) {
        if (!released.has(leaseId)) outcomes.push(outcome);
        released.add(leaseId);
        broker.release(leaseId, outcome);
      },
    },
  };
}

/** Asks the model at `baseUrl` once, through the client and a broker, and keeps whatever comes. */
export async function ask(baseUrl: string, options: AskOptions = {}): Promise<Asked> {
  const { broker, outcomes } = testBroker(baseUrl, options);
  const client = createModelClient({
    broker,
    model: { provider: "test", model: "m1", reasoningEffort: options.reasoningEffort ?? null },
    clock: systemClock,
    dialects: {
      "test/m1": {
        ...PLAIN_DIALECT,
        limitField: "max_completion_tokens",
        ...options.dialect,
        api: options.api ?? "chat",
      },
    },
    ...(options.cacheKey === undefined ? {} : { cacheKey: options.cacheKey }),
    retry: { ...DEFAULT_RETRY, maxAttempts: options.attempts ?? 1, maxRateLimited: options.attempts ?? 1 },
    ...(options.idleMs === undefined ? {} : { idleMs: options.idleMs }),
  });
  const events: ModelEvent[] = [];
  const answer = client.request(options.request ?? HELLO, options.signal ?? new AbortController().signal);
  try {
    for (;;) {
      const next = await answer.next();
      if (next.done) return { events, reply: next.value, error: null, outcomes };
      events.push(next.value);
    }
  } catch (error) {
    return { events, reply: null, error, outcomes };
  }
}
