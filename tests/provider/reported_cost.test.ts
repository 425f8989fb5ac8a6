import assert from "node:assert/strict";
import { say, startScriptedServer } from "../support/scripted_server.ts";
import { ask } from "./ask_model.ts";

/** What the broker is told of the cost when a server reports this beside its tokens. */
async function costOf(reported: Record<string, unknown>): Promise<number | undefined> {
  const usage = { prompt_tokens: 10, completion_tokens: 2, ...reported };
  await using server = await startScriptedServer(() => say("hi", { usage }));
  const { outcomes } = await ask(server.baseUrl);
  return outcomes[0]?.costUsd;
}

Deno.test("request() hands on the cost that a server reports with its usage", async () => {
  assert.equal(await costOf({ cost: 0.0125, cost_details: { upstream_inference_cost: null } }), 0.0125);
  assert.equal(await costOf({ cost: 0, is_byok: false, cost_details: { upstream_inference_cost: 3 } }), 0);
});

Deno.test("request() adds what the model's maker charges for the user's own key there", async () => {
  assert.equal(await costOf({ cost: 0.5, is_byok: true, cost_details: { upstream_inference_cost: 2 } }), 2.5);
});

Deno.test("request() hands on no cost that is none", async () => {
  for (const cost of [undefined, null, "0.1", -1]) assert.equal(await costOf({ cost }), undefined);
});
