import assert from "node:assert/strict";
import { callTools, say, startScriptedServer, status } from "../support/scripted_server.ts";
import { TestSession } from "../support/test_session.ts";

const USAGE = { prompt_tokens: 1000, completion_tokens: 100 };

/** A session whose provider is down, with a fallback, and one that has no key. */
async function openDown(fallbackUrl: string): Promise<TestSession> {
  return await TestSession.open({ child: () => status(500) }, {
    model: { provider: "down", default: "m1" },
    fallback_providers: [{ provider: "keyless" }, { provider: "spare", model: "m2" }],
    models: {
      "down/m1": { price: { input: 100, output: 100 } },
      "spare/m2": { price: { input: 2, output: 10 } },
    },
    providers: {
      down: { base_url: "http://127.0.0.1:1/v1", key_env: "none" },
      keyless: { base_url: fallbackUrl, key_env: "NOT_SET_KEY" },
      spare: { base_url: fallbackUrl, key_env: "none" },
    },
  });
}

Deno.test("a child goes on with the fallback: told, named in its record, booked at the price of the one that answered", async () => {
  const finish = callTools([{ name: "finish", args: { summary: "done" } }], { usage: USAGE });
  await using spare = await startScriptedServer(() => finish);
  await using it = await openDown(spare.baseUrl);
  const { results: [task] } = await it.call("delegate_task", { goal: "weigh it" });
  assert.deepEqual([task.status, task.summary, task.model], ["completed", "done", "m2"]);
  assert.match(task.rule, /, fell back from down\/m1$/);
  assert.equal(task.cost_usd, 0.003);
  const [told, ...more] = it.eventsOf("model.fell_back");
  assert.deepEqual([told?.from, told?.to, told?.task_id], ["down/m1", "spare/m2", task.task_id]);
  assert.match(told?.reason ?? "", /^Cannot reach "down"/);
  assert.deepEqual([more, spare.requests.map(({ body }) => body.model)], [[], ["m2"]]);
});

Deno.test("a session says once which fallback it cannot use", async () => {
  await using spare = await startScriptedServer(() => say("x"));
  await using it = await openDown(spare.baseUrl);
  assert.deepEqual(it.eventsOf("error").map(({ error }) => error), [
    { code: "fallback", message: 'Cannot fall back to provider "keyless": NOT_SET_KEY is not set' },
  ]);
});
