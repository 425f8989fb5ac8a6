import assert from "node:assert/strict";
import { endToEnd } from "../support/end_to_end.ts";
import { useServer } from "../support/scripted_home.ts";
import { callTools, say, startScriptedServer } from "../support/scripted_server.ts";
import { isChild } from "../support/wire_reading.ts";

const PRICE = { price: { input: 1, output: 1 } };
const NO_PRICE = /Cannot hold a budget in USD: no price is known for model "scripted\/scripted-model"/;
const WAYS_OUT = /models\."scripted\/scripted-model"\.price.*--token-budget/;

const COMMANDS: readonly (readonly string[])[] = [
  ["chat", "-q", "go"],
  ["delegate", "go", "go on"],
  ["delegate", "--async", "go"],
];

for (const command of COMMANDS) {
  endToEnd(
    `${command.join(" ")} --budget-usd for a model without a price is refused with 78`,
    async (hermes) => {
      await using server = await startScriptedServer(() => say("done"));
      useServer(hermes, server.baseUrl);
      const { code, stdout, stderr } = await hermes.run([...command, "--budget-usd", "1"]);
      assert.deepEqual([code, stdout, server.requests.length], [78, "", 0]);
      assert.match(stderr, NO_PRICE);
      assert.match(stderr, WAYS_OUT);
      const way = /hermes config set '([^']+)' '([^']+)'/.exec(stderr);
      await hermes.run(["config", "set", way?.[1] ?? "", way?.[2]?.replaceAll("N", "1") ?? ""]);
      const again = await hermes.run([...command, "--budget-usd", "1"]);
      assert.equal(again.code, 0, again.stderr);
    },
  );
}

endToEnd("delegate --budget-usd looks at the model of each task and at its fallbacks", async (hermes) => {
  await using server = await startScriptedServer(() => say("done"));
  const provider = { base_url: server.baseUrl, key_env: "SCRIPTED_KEY" };
  const settings = {
    providers: { scripted: provider, spare: provider },
    models: { "scripted/priced": PRICE },
    delegation: { tiers: { priced: { model: "priced" }, other: { model: "other" } } },
  };
  useServer(hermes, server.baseUrl, settings);
  const budget = ["delegate", "--budget-usd", "1"];
  const priced = await hermes.run([...budget, "--tier", "priced", "go"]);
  assert.deepEqual([priced.code, priced.stdout.trim()], [0, "done"]);
  const other = await hermes.run([...budget, "--tier", "other", "--json", "go"]);
  assert.deepEqual([other.code, JSON.parse(other.stdout).error.code], [78, "configuration"]);
  const capped = await hermes.run(["delegate", "--token-budget", "100000", "--tier", "other", "go"]);
  assert.deepEqual([capped.code, capped.stdout.trim()], [0, "done"]);

  useServer(hermes, server.baseUrl, { ...settings, fallback_providers: [{ provider: "spare", model: "m" }] });
  const falling = await hermes.run([...budget, "--tier", "priced", "go"]);
  assert.equal(falling.code, 78);
  assert.match(falling.stderr, /"spare\/m", to which scripted\/priced may fall back/);
});

endToEnd("an agent is told that it cannot give a budget in USD, and goes on", async (hermes) => {
  await using server = await startScriptedServer((request) => {
    if (isChild(request)) return say("the child's word");
    const asks = [{ budget_usd: 1 }, { token_budget: 50_000 }];
    const args = asks[request.body.messages.filter(({ role }) => role === "tool").length];
    return args === undefined
      ? say("done")
      : callTools([{ name: "delegate_task", args: { goal: "one", toolsets: ["file"], ...args } }]);
  });
  useServer(hermes, server.baseUrl);
  const { code, stdout } = await hermes.run(["chat", "-q", "go"]);
  assert.deepEqual([code, stdout.trim()], [0, "done"]);
  const results = server.requests.at(-1)?.body.messages.flatMap(({ role, content }) =>
    role === "tool" ? [JSON.parse(String(content))] : []
  );
  assert.deepEqual(results?.[0].error.code, "invalid_arguments");
  assert.match(results?.[0].error.message, NO_PRICE);
  assert.match(results?.[0].error.hint, /token_budget/);
  assert.equal(results?.[1].results[0].summary, "the child's word");
});

endToEnd("the default caps in USD say once per run that they cannot hold", async (hermes) => {
  await using server = await startScriptedServer((request) =>
    request.body.messages.length < 6 ? callTools([{ name: "todo", args: {} }]) : say("done")
  );
  const said = (stderr: string) => stderr.match(/no price is known for \S+: budgets in USD cannot hold/g);
  const once = ["no price is known for scripted-model: budgets in USD cannot hold"];
  const provider = { base_url: server.baseUrl, key_env: "SCRIPTED_KEY" };
  useServer(hermes, server.baseUrl, { providers: { scripted: provider, openai: provider } });
  assert.deepEqual(said((await hermes.run(["chat", "-q", "go"])).stderr), once);
  assert.deepEqual(said((await hermes.run(["delegate", "go", "go on"])).stderr), once);
  assert.deepEqual(said((await hermes.run(["delegate", "--async", "go"])).stderr), once);
  assert.deepEqual(
    said((await hermes.run(["delegate", "--async", "-m", "openai/gpt-5.1", "go"])).stderr),
    null,
  );
  assert.deepEqual(said((await hermes.run(["chat", "-Q", "-q", "go"])).stderr), null);
  const none = { session: { usd: null }, task: { usd: null }, day: { usd: null } };
  useServer(hermes, server.baseUrl, { budget: none });
  assert.deepEqual(said((await hermes.run(["chat", "-q", "go"])).stderr), null);
  useServer(hermes, server.baseUrl, { models: { "scripted-model": PRICE } });
  assert.deepEqual(said((await hermes.run(["chat", "-q", "go"])).stderr), null);
});

endToEnd("/budget and /model keep a budget in USD to models with a price", async (hermes) => {
  await using server = await startScriptedServer(() => say("done"));
  useServer(hermes, server.baseUrl, { models: { priced: PRICE } });
  const unpriced = await hermes.run(["chat", "--plain"], { stdin: "/budget +1\n/budget\n" });
  assert.match(unpriced.stderr, NO_PRICE);
  assert.match(unpriced.stdout, /of \$10[^]*no price is known for scripted-model/);
  const lines = "/model scripted-model\n/model\n/budget +1\n";
  const priced = await hermes.run(["chat", "--plain", "-m", "priced", "--budget-usd", "2"], { stdin: lines });
  assert.match(priced.stderr, NO_PRICE);
  assert.match(priced.stdout, /scripted\/priced\n[^]*of \$3/);
});

endToEnd("the offline model keeps to any budget in USD", async (hermes) => {
  const chat = await hermes.run([
    "chat",
    "--offline",
    "--budget-usd",
    "0.01",
    "-q",
    "delegate and wait: say: hi",
  ]);
  assert.equal(chat.code, 0, chat.stderr);
  const delegated = await hermes.run(["delegate", "--offline", "--budget-usd", "0.01", "say: hi"]);
  assert.deepEqual([delegated.code, delegated.stdout.trim()], [0, "hi"]);
});
