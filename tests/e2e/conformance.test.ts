import hermes from "../../conformance/adapters/hermes.ts";
import { CASES } from "../../conformance/cases.ts";
import { runCase } from "../../conformance/run_case.ts";
import { launchersUnderTest } from "../support/launchers.ts";

/** Longer than the suite's own default: other tests run beside it. */
const PATIENCE_S = 40;

for (const { name, command, env } of launchersUnderTest()) {
  for (const each of CASES) {
    Deno.test(`hermes (${name}) conforms: ${each.name}`, async () => {
      const outcome = await runCase(each, hermes(command, env), PATIENCE_S);
      if (outcome === null) throw new Error("the adapter of hermes skips no case");
      if (!outcome.passed) throw outcome.error;
    });
  }
}
