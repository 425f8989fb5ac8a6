import type { AgentEvent } from "../protocol/agent_events.ts";
import type { Clock } from "../support/clock.ts";

/**
 * How long deltas are gathered before they go to the parent. Measured with 64 children at 200 tokens/s each: every
 * token forwarded, the parent's event loop lags 600 ms in Deno at p99; gathered, it does not.
 */
const BATCH_MS = 50;

type Delta = Extract<AgentEvent, { type: "text" | "reasoning" }>;

/** Passes events on in order, with runs of deltas gathered into one. Disposing it sends what is left. */
export class DeltaBatch implements Disposable {
  readonly #clock: Clock;
  readonly #send: (event: AgentEvent) => void;
  #held: Delta | null = null;
  #timer: Disposable | null = null;

  constructor(clock: Clock, send: (event: AgentEvent) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** Takes the next event: a delta may wait, anything else goes at once, after what waits. */
  push(event: AgentEvent): void {
    if (event.type !== "text" && event.type !== "reasoning") {
      this.flush();
      this.#send(event);
      return;
    }
    if (this.#held !== null && this.#held.type !== event.type) this.flush();
    this.#held = { type: event.type, delta: (this.#held?.delta ?? "") + event.delta };
    this.#timer ??= this.#clock.after(BATCH_MS, () => this.flush());
  }

  [Symbol.dispose](): void {
    this.flush();
  }

  /** Sends what waits, now. */
  flush(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = null;
    const held = this.#held;
    this.#held = null;
    if (held !== null) this.#send(held);
  }
}
