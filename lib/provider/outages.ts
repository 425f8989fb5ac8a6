import type { ModelRef } from "../protocol/model_ref.ts";
import type { Clock } from "../support/clock.ts";
import type { ProviderError, ProviderErrorCode } from "../support/errors.ts";

/** So long after an outage a model is asked only when the others fail, in ms. */
const OUTAGE_MS = 60_000;

const OUTAGES: readonly ProviderErrorCode[] = ["server", "unreachable", "timeout"];
/** What speaks against a fallback and for the next one; none of it says that the request itself is wrong. */
const NO_USE: readonly ProviderErrorCode[] = [
  ...OUTAGES,
  "auth",
  "quota",
  "rate_limited",
  "bad_request",
  "setup",
];

/** Whether a provider is down, rather than unwilling: the only reason to leave the planned model. */
export function isOutage({ code }: ProviderError): boolean {
  return OUTAGES.includes(code);
}

/** Whether a fallback is of no use now. */
export function isPassedOver({ code }: ProviderError): boolean {
  return NO_USE.includes(code);
}

/** Which models of one agent were down a moment ago. */
export class Outages {
  readonly #clock: Clock;
  readonly #failedAt = new Map<ModelRef, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The model was down just now. */
  note(model: ModelRef): void {
    this.#failedAt.set(model, this.#clock.now());
  }

  /** The models in the order in which they are asked: those that were down a moment ago come last. */
  order(models: readonly ModelRef[]): readonly ModelRef[] {
    const down = (model: ModelRef) =>
      this.#clock.now() - (this.#failedAt.get(model) ?? -Infinity) < OUTAGE_MS;
    return [...models.filter((model) => !down(model)), ...models.filter(down)];
  }
}
