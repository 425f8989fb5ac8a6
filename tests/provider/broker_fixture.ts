import type { Endpoint } from "../../lib/config/endpoint.ts";
import type { ModelConfig } from "../../lib/config/schema.ts";
import type { EventBody } from "../../lib/protocol/events.ts";
import { type BrokerOptions, createBroker } from "../../lib/provider/broker.ts";
import type { Caps, LeaseAsk, SessionBroker, TaskBroker } from "../../lib/provider/provider.ts";
import type { FakeClock } from "../support/fake_clock.ts";

export const NO_CAPS: Caps = { usd: null, tokens: null, requests: null };
export const OK = { usage: null, error: null, answerChars: 0 };
export const MODEL = { provider: "p", model: "m", reasoningEffort: null };

/** A first try of a request of 100 bytes. */
export const ASK: LeaseAsk = { model: MODEL, inputBound: 100, attempt: 1 };

/** How a broker of a test differs from one with a single key and no limits. */
export interface BrokerSetup extends Partial<BrokerOptions> {
  readonly keys?: readonly string[];
  readonly caps?: Partial<Caps>;
  readonly maxOutput?: number | null;
  readonly price?: ModelConfig["price"];
}

/** A broker on a clock that the test moves, and the events it emitted. */
export function brokerOn(
  clock: FakeClock,
  { keys = ["k1"], caps, maxOutput = 100, price = null, ...options }: BrokerSetup = {},
): { readonly broker: SessionBroker; readonly events: readonly EventBody[] } {
  const events: EventBody[] = [];
  const broker = createBroker({
    endpointOf: () => endpoint(keys),
    settingsOf: () => ({ max_output_tokens: maxOutput, price }),
    clock,
    random: () => 0,
    budget: { session: { ...NO_CAPS, ...caps } },
    emit: (body) => events.push(body),
    ...options,
  });
  return { broker, events };
}

/** An endpoint on loopback with these keys, named K1, K2 and so on. */
export function endpoint(keys: readonly string[], baseUrl = "http://127.0.0.1:1/v1"): Endpoint {
  return {
    provider: "p",
    baseUrl,
    keys,
    keyNames: keys.map((_, index) => `K${index + 1}`),
    headers: {},
  };
}

/** The account of a task without caps of its own unless they are given. */
export function task(broker: SessionBroker, taskId: string, caps: Partial<Caps> = {}): TaskBroker {
  return broker.forTask({ taskId, parentId: null, caps: { ...NO_CAPS, ...caps }, onWait: () => {} });
}

/** A signal that never aborts. */
export function never(): AbortSignal {
  return new AbortController().signal;
}

/** An outcome refused with that status. */
export function refused(code: string, status: number, retryAfterMs?: number) {
  const error = { code, status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return { usage: null, error, answerChars: 0 };
}
