import { modelName, type ModelRef } from "../protocol/model_ref.ts";
import { holdsUsd, type ModelFacts } from "./model_facts.ts";

/** Why a budget in US dollars cannot be promised, and the ways out. */
export interface Unpriced {
  readonly message: string;
  readonly hint: string;
}

/** Null when a budget in US dollars holds for all of these models; else what to say of the first for which it does not. */
export function unpricedOf(
  models: readonly ModelRef[],
  factsOf: (model: ModelRef) => ModelFacts,
): Unpriced | null {
  const model = models.find((each) => !holdsUsd(factsOf(each)));
  if (model === undefined) return null;
  const name = modelName(model);
  const role = model === models[0] ? "" : `, to which ${modelName(models[0]!)} may fall back`;
  return {
    message: `Cannot hold a budget in USD: no price is known for model "${name}"${role}`,
    hint: `Set one, in USD per million tokens: hermes config set 'models."${name}".price' ` +
      `'{input: N, output: N}'; or cap tokens instead (--token-budget, budget.session.tokens)`,
  };
}
