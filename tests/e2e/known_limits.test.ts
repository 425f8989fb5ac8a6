import assert from "node:assert/strict";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { answerBlocks, messagesBodyOf, textBlock } from "../support/messages_reply.ts";
import { useServer } from "../support/scripted_home.ts";
import { callTools, say, startScriptedServer } from "../support/scripted_server.ts";
import { turnOf } from "../support/wire_reading.ts";

const TURNS = 8;

/** How often a run of 8 turns is compacted, from the 6th of which on its server reports so many tokens of input. */
async function compactions(
  hermes: EndToEnd,
  command: readonly string[],
  { model, tokens, models = {} }: { model: string; tokens: number; models?: object },
): Promise<number> {
  await using server = await startScriptedServer((request) => {
    const turn = turnOf(request);
    const usage = { prompt_tokens: turn >= 6 ? tokens : 2_000, completion_tokens: 10 };
    if (turn >= TURNS || request.body.tool_choice === "none") return say("done", { usage });
    return callTools([{ name: "terminal", args: { command: `seq ${turn} 400` } }], { usage });
  });
  useServer(hermes, server.baseUrl, {
    model: { provider: "openai", default: model },
    providers: { openai: { base_url: server.baseUrl, key_env: "SCRIPTED_KEY", api: "chat" } },
    budget: { session: { usd: null }, task: { usd: null }, day: { usd: null } },
    models,
  });
  const { code, stdout, stderr } = await hermes.run([...command, "--jsonl"]);
  assert.equal(code, 0, stderr);
  const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  return events.filter(({ type }) => type === "context.compacted").length;
}

for (const command of [["chat", "-q", "go"], ["delegate", "go"]]) {
  endToEnd(
    `${command[0]} compacts by the window of a well-known model, unless config.yaml has one`,
    async (hermes) => {
      const count = (options: Parameters<typeof compactions>[2]) => compactions(hermes, command, options);
      assert.ok(await count({ model: "gpt-4o", tokens: 100_000 }) > 0);
      assert.equal(await count({ model: "gpt-4o", tokens: 80_000 }), 0);
      assert.ok(await count({ model: "gpt-5.1", tokens: 230_000 }) > 0, "272k of its 400k may be sent");
      assert.equal(await count({ model: "gpt-5.1", tokens: 100_000 }), 0);
      assert.equal(await count({ model: "gpt-unheard-of", tokens: 230_000 }), 0);
      const models = { "gpt-4o": { context_window: 1_000_000 } };
      assert.equal(await count({ model: "gpt-4o", tokens: 100_000, models }), 0);
    },
  );
}

/** The limit that the Messages wire demands, by model. */
const LIMITS: Readonly<Record<string, number>> = {
  "claude-3-5-haiku-20241022": 8_192,
  "claude-3-opus-20240229": 4_096,
  "claude-opus-4-1": 32_000,
  "claude-sonnet-4-5-20250929": 32_000,
  "claude-unheard-of": 32_000,
  "claude-opus-4-5": 50_000,
};

endToEnd(
  "the Messages wire asks for no longer answer than a model can give, or as config.yaml says",
  async (hermes) => {
    await using server = await startScriptedServer(() => answerBlocks(textBlock("done")));
    useServer(hermes, server.baseUrl, {
      providers: { anthropic: { base_url: server.baseUrl, key_env: "SCRIPTED_KEY" } },
      models: { "claude-opus-4-5": { max_output_tokens: 50_000 } },
      budget: { session: { usd: null }, task: { usd: null }, day: { usd: null } },
    });
    for (const model of Object.keys(LIMITS)) {
      const { code, stderr } = await hermes.run(["chat", "-m", `anthropic/${model}`, "-q", "go"]);
      assert.equal(code, 0, stderr);
    }
    const sent = server.requests.map((request) => messagesBodyOf(request));
    assert.deepEqual(Object.fromEntries(sent.map(({ model, max_tokens }) => [model, max_tokens])), LIMITS);
  },
);
