import assert from "node:assert/strict";
import { endToEnd } from "../support/end_to_end.ts";
import { useServer } from "../support/scripted_home.ts";
import {
  callTools,
  hold,
  say,
  type ScriptedServer,
  startScriptedServer,
} from "../support/scripted_server.ts";
import { type Reading, turnOf } from "../support/wire_reading.ts";

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

/** What the requests whose goal has this mark were billed, by {@linkcode PRICED}. */
function costOf(server: ScriptedServer, mark: string): number {
  const own = server.requests.filter(({ raw }) => raw.includes(mark));
  return (bytesIn({ requests: own }) * 10 + own.length * 16 * 40) / 1e6;
}

endToEnd("delegate --async: a budget for all tasks of a command, and none for the host", async (hermes) => {
  const easyAreOver = Promise.withResolvers<void>();
  await using server = await startScriptedServer((request) => {
    const usage = { prompt_tokens: request.raw.length, completion_tokens: 16 };
    if (request.raw.includes("EASY")) {
      return callTools([{ name: "finish", args: { summary: "done" } }], { usage });
    }
    const args = { command: `echo ${turnOf(request)}` };
    return hold(easyAreOver.promise, callTools([{ name: "terminal", args }], { usage }));
  });
  const models = { "scripted-model": { ...PRICED.models["scripted-model"], max_output_tokens: 100 } };
  useServer(hermes, server.baseUrl, { models, budget: { session: { usd: 0.4 } } });
  const delegate = async (...args: string[]) =>
    (await hermes.run(["delegate", "--async", "-Q", ...args])).stdout.trim().split("\n");
  const [long, ...easy] = await delegate("--budget-usd", "0.6", "ONE", "ONE-EASY", "ONE EASY");
  await hermes.run(["collect", "-Q", ...easy]);
  easyAreOver.resolve();
  const others = [...await delegate("TWO"), ...await delegate("THREE")];
  const collected = await hermes.run(["collect", "--json", long!, ...easy, ...others]);
  const { results } = JSON.parse(collected.stdout);
  const reasons = results.map(({ reason }: Reading) => reason);
  assert.deepEqual(reasons, ["budget", "finished", "finished", "budget", "budget"]);
  const [one, two, three] = ["ONE", "TWO", "THREE"].map((mark) => costOf(server, mark));
  assert.ok(one! <= 0.6 && one! > 0.4, `$${one}`);
  for (const cost of [two!, three!]) assert.ok(cost <= 0.4 && cost > 0.2, `$${cost}`);
  const { cost_usd } = results[0];
  assert.ok(cost_usd > 0.6 / 3, `one of three tasks used $${cost_usd}`);
});

endToEnd("chat -q that cannot pay for a request sends none and says so", async (hermes) => {
  await using server = await startScriptedServer(() => say("never"));
  useServer(hermes, server.baseUrl, PRICED);
  const { code, stdout, stderr } = await hermes.run(["chat", "-Q", "--budget-usd", "0.001", "-q", "hi"]);
  assert.deepEqual([code, stdout, server.requests.length], [3, "", 0]);
  assert.match(
    stderr,
    /budget of the session leaves no room for it \(\$0\.00 of \$0\.001, .*\); it may cost \$0\.\d+\n/,
  );
});

endToEnd("/budget shows what is used and +USD lets the chat go on", async (hermes) => {
  await using server = await startScriptedServer(() => say("paid for"));
  useServer(hermes, server.baseUrl, PRICED);
  const { stdout, stderr } = await hermes.run(["chat", "-Q", "--plain", "--budget-usd", "0.001"], {
    stdin: "hi\n/budget\n/budget +5\nhi\n",
  });
  assert.match(stderr, /budget of the session leaves no room for it/);
  assert.match(stdout, /\$0 of \$0\.001, 0 of 50M tokens, 0 of 5000 requests\n\$0 of \$5\.00/);
  assert.match(stdout, /paid for/);
  assert.equal(server.requests.length, 1);
});

const NEEDS = { commands: ["tmux"] };

endToEnd("chat on a terminal asks at the session's cap, and a yes lets the turn go on", async (hermes) => {
  await using server = await startScriptedServer(() => say("paid for"));
  useServer(hermes, server.baseUrl, PRICED);
  using terminal = hermes.onTerminal(["chat", "--plain", "--budget-usd", "0.001"]);
  await terminal.waitFor(/^> $|^>$/m);
  terminal.enter("hi");
  await terminal.waitFor(/The session's budget of \$0\.001 is used up .*\[\+5 \/ no\]/);
  assert.equal(server.requests.length, 0);
  terminal.enter("well");
  await terminal.waitFor(/Answer with US dollars such as \+5, or no/);
  terminal.enter("+5");
  await terminal.waitFor(/paid for/);
  terminal.enter("/budget");
  await terminal.waitFor(/of \$5\.00,/);
  terminal.enter("/quit");
  assert.equal(await terminal.ended(), 0);
  assert.equal(server.requests.length, 1);
}, NEEDS);

endToEnd("a no at the cap ends the turn as without a terminal", async (hermes) => {
  await using server = await startScriptedServer(() => say("never"));
  useServer(hermes, server.baseUrl, PRICED);
  using terminal = hermes.onTerminal(["chat", "--plain", "--budget-usd", "0.001"]);
  await terminal.waitFor(/^> $|^>$/m);
  terminal.enter("hi");
  await terminal.waitFor(/\[\+5 \/ no\]/);
  terminal.enter("no");
  await terminal.waitFor(/Cannot send another request: the budget of the session leaves no room for it/);
  terminal.press("C-d");
  assert.equal(await terminal.ended(), 3);
  assert.equal(server.requests.length, 0);
}, NEEDS);

endToEnd("the question at the day's cap ends with the turn that Ctrl-C stops", async (hermes) => {
  await using server = await startScriptedServer(() => say("paid for"));
  useServer(hermes, server.baseUrl, { ...PRICED, budget: { day: { usd: 0.001 } } });
  using terminal = hermes.onTerminal(["chat", "--plain"]);
  await terminal.waitFor(/^> $|^>$/m);
  terminal.enter("hi");
  await terminal.waitFor(/The day's budget of \$0\.001 is used up/);
  terminal.press("C-c");
  await terminal.waitFor(/stopped/);
  terminal.enter("hi");
  await terminal.waitFor(/is used up[^]*is used up/);
  terminal.enter("yes");
  await terminal.waitFor(/paid for/);
  terminal.press("C-d");
  assert.equal(await terminal.ended(), 0);
}, NEEDS);

endToEnd("the day's budget holds over runs, and nothing is sent once it is used up", async (hermes) => {
  await using server = await startScriptedServer((request) =>
    say("paid for", { usage: { prompt_tokens: request.raw.length, completion_tokens: 16, cost: 0.5 } })
  );
  useServer(hermes, server.baseUrl, { ...PRICED, budget: { day: { usd: 1 } } });
  const codes: number[] = [];
  for (let n = 0; n < 3; n++) codes.push((await hermes.run(["chat", "-q", "hi", "-Q"], NOON)).code);
  assert.deepEqual([codes, server.requests.length], [[0, 0, 3], 2]);
});

/** Where it is about noon now, so that no day ends in the middle of a case. */
const hours = new Date().getUTCHours() - 12; // west of Greenwich
const NOON = { env: { TZ: `Etc/GMT${hours < 0 ? hours : `+${hours}`}` } };

endToEnd("processes that race for the day's budget stay under it together", async (hermes) => {
  let billed = 0;
  await using server = await startScriptedServer((request) => {
    const isPaid = turnOf(request) > 6;
    billed += (request.raw.length * 10 + 16 * 40) / 1e6;
    const usage = { prompt_tokens: request.raw.length, completion_tokens: 16 };
    return isPaid
      ? say("done", { usage })
      : callTools([{ name: "terminal", args: { command: `echo ${turnOf(request)}` } }], { usage });
  });
  useServer(hermes, server.baseUrl, { ...PRICED, budget: { day: { usd: 0.6 } } });
  const runs = await Promise.all([1, 2, 3].map(() => hermes.run(["delegate", "-Q", "A", "B"], NOON)));
  assert.ok(runs.some(({ code }) => code === 3), JSON.stringify(runs.map(({ code }) => code)));
  for (const { code } of runs) assert.ok(code === 0 || code === 3, String(code));
  assert.ok(billed <= 0.6 && billed > 0.1, `$${billed}`);
});
