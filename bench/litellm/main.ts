import assert from "node:assert/strict";
import { ANTHROPIC } from "../../tests/support/emulation/anthropic.ts";
import {
  type EmulatedServer,
  type Mind,
  startEmulatedServer,
} from "../../tests/support/emulation/emulated_server.ts";
import { OPENAI } from "../../tests/support/emulation/openai_responses.ts";
import { DEEPSEEK_UNKNOWN } from "../../tests/support/emulation/thinking_families.ts";
import { workingMind } from "../../tests/support/emulation/working_mind.ts";
import { status } from "../../tests/support/scripted_reply.ts";
import { BenchHome, run } from "../program.ts";
import { installedLiteLlm, LiteLlmProxy, PROXY_KEY } from "./proxy.ts";

const GOALS = Array.from({ length: 8 }, (_, n) => `work on part ${"abcdefgh"[n]}`);
const LINES = ["turn 1", "turn 2", "spawn", "/compact", "turn 3", ""];

/** What a server says beside a 429. */
const HEADERS = {
  "retry-after": "1",
  "x-ratelimit-limit-tokens": "150000",
  "x-ratelimit-remaining-tokens": "0",
  "x-ratelimit-reset-tokens": "6m0s",
};

/**
 * Runs dist/hermes behind LiteLLM's proxy, which has emulated providers behind it that refuse what theirs refuse: chats
 * with tools, a steered child and compaction over each wire, 8 children, and a 429 for each of them with headers and
 * without. Prints a line for each; ends with an error at the first that is not as it should be.
 */
async function main(): Promise<void> {
  const python = await installedLiteLlm();
  if (python === null) return console.log("skipped: the package index cannot be reached");
  await using deepseek = await startEmulatedServer(DEEPSEEK_UNKNOWN, workingMind());
  await using claude = await startEmulatedServer(ANTHROPIC, workingMind());
  await using openai = await startEmulatedServer(OPENAI, workingMind());
  await using limited = await startEmulatedServer(DEEPSEEK_UNKNOWN, limitedMind(HEADERS));
  await using silent = await startEmulatedServer(DEEPSEEK_UNKNOWN, limitedMind({}));
  await using proxy = await LiteLlmProxy.start(python, [
    offered("reasoner", "deepseek", deepseek),
    offered("claude", "anthropic", claude),
    offered("gpt", "openai", openai),
    offered("limited", "deepseek", limited),
    offered("silent", "deepseek", silent),
  ]);
  await chat(proxy, deepseek, { model: "reasoner", api: "chat", effort: null });
  await chat(proxy, claude, { model: "claude", api: "chat", effort: "medium" });
  await chat(proxy, claude, { model: "claude", api: "messages", effort: "medium" });
  await chat(proxy, openai, { model: "gpt", api: "responses", effort: null });
  await children(proxy, deepseek, { model: "reasoner", says: "8 children" });
  await children(proxy, limited, { model: "limited", says: "8 children, each with a 429 and its headers" });
  await children(proxy, silent, { model: "silent", says: "8 children, each with a 429 and no header" });
}

function offered(name: string, provider: string, { baseUrl, family }: EmulatedServer) {
  const base = provider === "anthropic" ? baseUrl.replace(/\/v1$/, "") : baseUrl;
  return { name, behind: `${provider}/${family.model}`, baseUrl: base, key: `sk-behind-${name}` };
}

/** A model whose server refuses the first request of each child over its rate. */
function limitedMind(headers: Readonly<Record<string, string>>): Mind {
  const mind = workingMind();
  const met = new Set<string>();
  return (asked) => {
    const goal = GOALS.find((each) => asked.request.raw.includes(each));
    if (goal === undefined || met.has(goal)) return mind(asked);
    met.add(goal);
    const error = {
      message: "Rate limit reached for requests",
      type: "requests",
      code: "rate_limit_exceeded",
    };
    return status(429, { error }, headers);
  };
}

async function chat(
  proxy: LiteLlmProxy,
  behind: EmulatedServer,
  asked: { readonly model: string; readonly api: string; readonly effort: string | null },
): Promise<void> {
  using home = homeAt(proxy, asked.model, { api: asked.api }, asked.effort);
  const { stdout, durationMs } = await run(home, ["chat", "-Q", "--yolo"], LINES.join("\n"));
  const answers = stdout.match(/^(answer to .*|compacted: )/gm);
  assert.deepEqual(answers, [
    ...["answer to turn 1", "answer to turn 2", "answer to spawn", "compacted: ", "answer to turn 3"],
  ]);
  assert.deepEqual(behind.refusals, []);
  console.log(`a chat over ${asked.api} with ${behind.family.name} behind: ${Math.round(durationMs)} ms`);
}

async function children(
  proxy: LiteLlmProxy,
  behind: EmulatedServer,
  { model, says }: { readonly model: string; readonly says: string },
): Promise<void> {
  using home = homeAt(proxy, model, { api: "chat" }, null);
  const { stdout, durationMs } = await run(home, ["delegate", "--json", "--yolo", ...GOALS]);
  const { results } = JSON.parse(stdout);
  assert.deepEqual(
    results.map(({ summary }: { summary: string }) => summary),
    GOALS.map(() => "all of it is done"),
  );
  assert.deepEqual(behind.refusals, []);
  console.log(`${says}: ${Math.round(durationMs)} ms, ${behind.requests.length} requests came through`);
}

function homeAt(
  { baseUrl }: LiteLlmProxy,
  model: string,
  provider: Readonly<Record<string, unknown>>,
  effort: string | null,
): BenchHome {
  return new BenchHome(baseUrl, {
    model: { provider: "proxy", default: model },
    providers: { proxy: { base_url: baseUrl, api_key: PROXY_KEY, ...provider } },
    models: { [model]: { reasoning_effort: effort } },
  });
}

if (import.meta.main) await main();
