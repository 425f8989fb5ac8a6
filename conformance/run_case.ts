import type { Adapter } from "./adapter.ts";
import type { Case } from "./case.ts";
import { Stage } from "./stage.ts";

/** How a case went: passed, or not and why, or skipped because the program has no such thing. */
export type Outcome = { readonly passed: true } | { readonly passed: false; readonly error: unknown } | null;

/** Plays one case on a stage of its own. `patienceS`: how long any one thing may take to come. */
export async function runCase(
  { wishes = {}, run }: Case,
  adapter: Adapter,
  patienceS: number,
): Promise<Outcome> {
  try {
    await using stage = new Stage(adapter, patienceS);
    if (!await stage.open(wishes)) return null;
    await run(stage);
    return { passed: true };
  } catch (error) {
    return { passed: false, error };
  }
}
