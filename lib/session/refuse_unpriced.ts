import { EXIT_CONFIG } from "../config/home.ts";
import { unpricedOf } from "../config/unpriced.ts";
import type { Ground } from "../delegation/ground.ts";
import type { ModelRef } from "../protocol/model_ref.ts";
import { UserError } from "../support/errors.ts";

/** Throws a `UserError` 78 when a model, or one that it may fall back to, has no price: no budget in US dollars holds then. */
export function refuseUnpriced(
  { waysOf, factsOf }: Pick<Ground, "waysOf" | "factsOf">,
  model: ModelRef,
): void {
  const { fallbacks } = waysOf(model, null);
  const unpriced = unpricedOf([model, ...fallbacks], (each) => factsOf(each, null));
  if (unpriced === null) return;
  throw new UserError(unpriced.message, { hint: unpriced.hint, exitCode: EXIT_CONFIG });
}
