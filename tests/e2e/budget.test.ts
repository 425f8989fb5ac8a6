import assert from "node:assert/strict";
import { endToEnd } from "../support/end_to_end.ts";
import { useServer } from "../support/scripted_home.ts";
import { callTools, say, startScriptedServer } from "../support/scripted_server.ts";
import { turnOf } from "../support/wire_reading.ts";

// Dear enough that a request of a few kB costs cents.
const PRICED = { models: { "scripted-model": { price: { input: 10, output: 40 } } } };

function bytesIn(server: { readonly requests: readonly { readonly raw: string }[] }): number {
  return server.requests.reduce((sum, { raw }) => sum + raw.length, 0);
}

endToEnd("delegate --budget-usd holds for the whole command, and the exit code is 3", async (hermes) => {
  await using server = await startScriptedServer((request) =>
    callTools([{ name: "terminal", args: { command: `echo ${turnOf(request)}` } }], {
      usage: { prompt_tokens: request.raw.length, completion_tokens: 16 },
    })
  );
  useServer(hermes, server.baseUrl, PRICED);
  const { code, stdout, stderr } = await hermes.run(["delegate", "--budget-usd", "0.5", "GOAL-A", "GOAL-B"]);
  assert.deepEqual([code, stdout], [3, ""]);
  assert.match(stderr, /budget/);
  const cost = (bytesIn(server) * 10 + server.requests.length * 16 * 40) / 1e6;
  assert.ok(cost <= 0.5 && cost > 0.2, `$${cost}`);
});

endToEnd("chat -q that cannot pay for a request sends none and says so", async (hermes) => {
  await using server = await startScriptedServer(() => say("never"));
  useServer(hermes, server.baseUrl, PRICED);
  const { code, stdout, stderr } = await hermes.run(["chat", "-Q", "--budget-usd", "0.001", "-q", "hi"]);
  assert.deepEqual([code, stdout, server.requests.length], [3, "", 0]);
  assert.match(stderr, /budget of the session is used up/);
});

endToEnd("/budget shows what is used and +USD lets the chat go on", async (hermes) => {
  await using server = await startScriptedServer(() => say("paid for"));
  useServer(hermes, server.baseUrl, PRICED);
  const { stdout, stderr } = await hermes.run(["chat", "-Q", "--plain", "--budget-usd", "0.001"], {
    stdin: "hi\n/budget\n/budget +5\nhi\n",
  });
  assert.match(stderr, /budget of the session is used up/);
  assert.match(stdout, /\$0 of \$0\.001, 0 of 50M tokens, 0 of 5000 requests\n\$0 of \$5\.00/);
  assert.match(stdout, /paid for/);
  assert.equal(server.requests.length, 1);
});
