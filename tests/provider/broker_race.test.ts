import assert from "node:assert/strict";
import { createBroker } from "../../lib/provider/broker.ts";
import { createModelClient } from "../../lib/provider/model_client.ts";
import type { Caps, TaskBroker } from "../../lib/provider/provider.ts";
import { systemClock } from "../../lib/support/clock.ts";
import { ProviderError } from "../../lib/support/errors.ts";
import { say, startScriptedServer } from "../support/scripted_server.ts";
import { ask, HELLO } from "./ask_model.ts";
import { endpoint, MODEL, never, NO_CAPS } from "./broker_fixture.ts";

/** Asks the server again and again until the broker refuses; returns the code of the refusal. */
async function askUntilRefused(broker: TaskBroker): Promise<string> {
  using _account = broker;
  const client = createModelClient({ broker, model: MODEL, clock: systemClock });
  for (;;) {
    try {
      for await (const _ of client.request(HELLO, never()));
    } catch (error) {
      return error instanceof ProviderError ? error.code : String(error);
    }
  }
}

/** 32 agents at once on one server, whose session has these caps. */
async function race(caps: Partial<Caps>) {
  let billed = 0;
  await using server = await startScriptedServer((request) => {
    const prompt_tokens = Math.ceil(request.raw.length / 4);
    const completion_tokens = Number(request.body["max_tokens"] ?? 50);
    billed += prompt_tokens + completion_tokens;
    return say("hi", { usage: { prompt_tokens, completion_tokens } });
  });
  const broker = createBroker({
    endpointOf: () => endpoint([], server.baseUrl),
    settingsOf: () => ({ max_output_tokens: 50 }),
    clock: systemClock,
    random: Math.random,
    budget: { session: { ...NO_CAPS, ...caps } },
  });
  const ends = await Promise.all(Array.from({ length: 32 }, (_, index) =>
    askUntilRefused(broker.forTask({
      taskId: `t${index}`,
      parentId: null,
      caps: NO_CAPS,
      onWait: () => {},
    }))));
  return { ends: [...new Set(ends)], requests: server.requests.length, billed, used: broker.budget.used };
}

Deno.test("32 agents race against a cap of 100 requests: the server counts 100 at most", async () => {
  const { ends, requests, used } = await race({ requests: 100 });
  assert.deepEqual(ends, ["budget"]);
  assert.ok(requests <= 100 && requests >= 100 - 32, `${requests} requests`);
  assert.equal(used.requests, requests);
});

Deno.test("32 agents race against a cap on tokens: a server that honours its limit bills no more", async () => {
  const { ends, billed, used } = await race({ tokens: 100_000 });
  assert.deepEqual(ends, ["budget"]);
  assert.ok(billed <= 100_000 && billed >= 20_000, `${billed} tokens`);
  assert.equal(used.tokens, billed);
});

Deno.test("request() settles what a server without usage sent by its length", async () => {
  await using server = await startScriptedServer(() => say("twelve chars", { usage: null }));
  const { outcomes } = await ask(server.baseUrl);
  assert.deepEqual(outcomes, [{ usage: null, error: null, answerChars: 12 }]);
});
