import assert from "node:assert/strict";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { messageEvents, sendMessageEvents, textBlock } from "../support/messages_reply.ts";
import { eventsOf, messageItem, sendEvents } from "../support/responses_reply.ts";
import { useServer } from "../support/scripted_home.ts";
import { callTools, type Reply, say, startScriptedServer } from "../support/scripted_server.ts";
import { isChild } from "../support/wire_reading.ts";

const PRICED = { models: { "scripted-model": { price: { input: 10, output: 40 } } } };
const USAGE = { prompt_tokens: 1_000, completion_tokens: 100 };
const COST = 0.014; // of one such request

/** Where it is about noon now, so that no day ends in the middle of a case. */
const hours = new Date().getUTCHours() - 12; // west of Greenwich
const NOON = { env: { TZ: `Etc/GMT${hours < 0 ? hours : `+${hours}`}` } };

async function usage(hermes: EndToEnd, ...args: readonly string[]) {
  const { code, stdout, stderr } = await hermes.run(["usage", "--json", ...args], NOON);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

/** Three requests of a chat: two of its agent and one of a child. */
async function chatOnce(hermes: EndToEnd) {
  await using server = await startScriptedServer((request) => {
    if (isChild(request)) return say("the child's word", { usage: USAGE });
    const isFirst = request.body.messages.length === 2;
    return isFirst
      ? callTools([{ name: "delegate_task", args: { goal: "the goal", toolsets: ["file"] } }], {
        usage: USAGE,
      })
      : say("done", { usage: USAGE });
  });
  useServer(hermes, server.baseUrl, PRICED);
  const { code, stdout, stderr } = await hermes.run(["chat", "-q", "go", "--json"], NOON);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

endToEnd("usage counts what all runs stored, by model, key, day and task", async (hermes) => {
  const { session_id, tasks: [task] } = await chatOnce(hermes);
  await chatOnce(hermes);
  const all = await usage(hermes, "--all");
  assert.deepEqual([all.scope, all.total.requests, round(all.total.cost_usd)], ["all", 6, round(6 * COST)]);
  assert.deepEqual(all.total.tokens, { input: 6_000, cached: 0, output: 600, reasoning: 0 });
  assert.deepEqual(
    all.models.map((each: { model: string; requests: number }) => [each.model, each.requests]),
    [
      ["scripted-model", 6],
    ],
  );
  assert.deepEqual([all.days.length, all.keys.length, all.prices_unknown], [1, 1, []]);
  const one = await usage(hermes, "--session", session_id);
  assert.deepEqual(
    one.tasks.map((
      each: { task_id: string | null; goal: string | null; requests: number },
    ) => [each.task_id, each.goal, each.requests]),
    [[null, null, 2], [task.task_id, "the goal", 1]],
  );
  assert.equal(one.tasks[0].subtree.requests, 3);
  assert.equal(round(task.cost_usd), round(COST), "the task's record says what the ledger does");
});

endToEnd("usage counts today's requests by default and shows the day's budget", async (hermes) => {
  assert.equal((await usage(hermes)).total.requests, 0);
  await chatOnce(hermes);
  const today = await usage(hermes);
  assert.deepEqual([today.scope, today.total.requests], ["day", 3]);
  assert.deepEqual([round(today.budget.day.used_usd), today.budget.day.limit_usd], [round(3 * COST), 50]);
  const { stdout } = await hermes.run(["usage"], NOON);
  assert.match(stdout, /^MODEL +REQUESTS +INPUT +CACHED +OUTPUT +REASONING +USD\n/);
  assert.match(
    stdout,
    /today: 3 requests, 3\.3k tokens, \$0\.04\nday's budget, all sessions: \$0\.04 of \$50\.00/,
  );
});

endToEnd("usage refuses an unknown session and options that contradict", async (hermes) => {
  for (const args of [["--session", "s00000"], ["--day", "--all"]]) {
    const { code, stdout } = await hermes.run(["usage", ...args]);
    assert.deepEqual([code, stdout], [2, ""]);
  }
});

endToEnd("/usage shows models, keys and what is used of the caps, unknown prices once", async (hermes) => {
  await using server = await startScriptedServer(() => say("hi", { usage: { ...USAGE, cost: 0.5 } }));
  useServer(hermes, server.baseUrl);
  const { stdout } = await hermes.run(["chat", "-Q", "--plain"], { ...NOON, stdin: "one\ntwo\n/usage\n" });
  assert.match(stdout, /scripted-model +2 +2k +0 +200 +0 +\$1\.00\n/);
  assert.match(stdout, /session's budget: \$1\.00 of \$10\.00, 2\.2k of 50M tokens, 2 of 5000 requests\n/);
  assert.match(stdout, /day's budget, all sessions: \$1\.00 of \$50\.00/);
  assert.doesNotMatch(stdout, /prices unknown/);
});

endToEnd("/usage has a dash where no price is known, and names the model once", async (hermes) => {
  await using server = await startScriptedServer(() => say("hi", { usage: USAGE }));
  useServer(hermes, server.baseUrl);
  const { stdout } = await hermes.run(["chat", "-Q", "--plain"], { stdin: "one\n/usage\n" });
  assert.match(stdout, /scripted-model +1 +1k +0 +100 +0 +–\n/);
  assert.equal(stdout.match(/prices unknown for: .*scripted-model\n/g)?.length, 1);
});

/** A short answer on each wire, with 800 of its 1,000 input tokens read from the cache. */
const CACHE_HITS: Readonly<Record<string, () => Reply>> = {
  chat: () => say("hi", { usage: { ...USAGE, prompt_tokens_details: { cached_tokens: 800 } } }),
  responses: () =>
    sendEvents(eventsOf([messageItem("hi")], {
      usage: { input_tokens: 1_000, input_tokens_details: { cached_tokens: 800 }, output_tokens: 100 },
    })),
  messages: () =>
    sendMessageEvents(messageEvents([textBlock("hi")], {
      usage: { input_tokens: 150, cache_read_input_tokens: 800, cache_creation_input_tokens: 50 },
      lastUsage: { output_tokens: 100 },
    })),
};

for (const [api, reply] of Object.entries(CACHE_HITS)) {
  endToEnd(
    `usage and the task's record show what was read from the cache, on the ${api} wire`,
    async (hermes) => {
      await using server = await startScriptedServer(reply);
      const provider = { base_url: server.baseUrl, key_env: "SCRIPTED_KEY", api };
      useServer(hermes, server.baseUrl, { providers: { scripted: provider } });
      const run = await hermes.run(["delegate", "--json", "go"], NOON);
      const [task] = JSON.parse(run.stdout).results;
      assert.deepEqual([task.tokens.input, task.tokens.cached, task.tokens.output], [1_000, 800, 100]);
      const { total, models } = await usage(hermes);
      assert.deepEqual([total.tokens.cached, total.cached_share, models[0].cached_share], [800, 0.8, 0.8]);
      const { stdout } = await hermes.run(["usage"], NOON);
      assert.match(stdout, /scripted-model +1 +1k +800 \(80%\) +100/);
      assert.match(stdout, /read from the providers' caches: 80% of 1k input tokens\n/);
    },
  );
}

function round(usd: number): number {
  return Number(usd.toFixed(6));
}
