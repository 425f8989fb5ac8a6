import { status } from "../scripted_server.ts";
import { chatFamily, openAiError } from "./chat_family.ts";
import { type ChatRule, comesBack, eachMessage, named, saysSomething } from "./chat_rules.ts";
import type { Family } from "./family.ts";

// Servers that want the thinking of their model back in `reasoning_content`.

const SIMPLE_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** Thinking in pieces before the answer. */
function thinking(n: number) {
  const text = `Thought ${n}, with a line\nand "quotes"`;
  const deltas = (text.match(/[^]{1,6}/g) ?? []).map((piece) => ({ reasoning_content: piece }));
  return { deltas, message: { reasoning_content: text } };
}

/** In a turn, each message with calls has its thinking (its guide on thinking mode; words of bug reports). */
const withinATurn: ChatRule = (body, asked, issued) => {
  const turn = asked.entries.findLastIndex(({ role }) => role === "user");
  const rule = eachMessage(({ role, tool_calls: calls, reasoning_content: text }, at) =>
    at > turn && role === "assistant" && calls !== undefined && typeof text !== "string"
      ? `Missing \`reasoning_content\` field in the assistant message at message index ${at}. For more ` +
        "information, please refer to https://api-docs.deepseek.com/guides/thinking_mode#tool-calls"
      : null
  );
  return rule(body, asked, issued);
};

/** Since V4, every message of the model has it. */
const everywhere: ChatRule = eachMessage(({ role, reasoning_content: text }) =>
  role === "assistant" && typeof text !== "string"
    ? "The `reasoning_content` in the thinking mode must be passed back to the API."
    : null
);

const deepseekName = named(
  SIMPLE_NAME,
  () =>
    "Invalid 'tools[0].function.name': string does not match pattern. Expected a string that matches the pattern " +
    "'^[a-zA-Z0-9_-]+$'.",
);

const deepseek = {
  refusal: (words: string) => openAiError(words, "invalid_request_error"),
  callId: (n: number) => `call_00_${String(n).padStart(24, "x")}`,
  beside: thinking,
  usageChunk: (usage: Readonly<Record<string, unknown>>) => ({
    choices: [],
    usage: { ...usage, prompt_cache_hit_tokens: 0, prompt_cache_miss_tokens: usage.prompt_tokens },
  }),
};

/** DeepSeek's reasoner, V3.2. */
export const DEEPSEEK_REASONER: Family = chatFamily({
  ...deepseek,
  name: "deepseek",
  model: "deepseek-reasoner",
  rules: [deepseekName, withinATurn, comesBack(["reasoning_content"])],
});

/** DeepSeek V4 as it thinks by default, under a name that tells nothing of it. */
export const DEEPSEEK_UNKNOWN: Family = chatFamily({
  ...deepseek,
  name: "deepseek-like",
  model: "house-model",
  teaches: [/must be passed back to the API/],
  rules: [deepseekName, everywhere, comesBack(["reasoning_content"])],
});

/** Moonshot's Kimi with thinking: it takes an empty text for none. */
export const KIMI: Family = chatFamily({
  name: "kimi",
  model: "kimi-k2.5",
  refusal: (words) => status(400, { error: { message: words, type: "invalid_request_error" } }),
  callId: (n) => `terminal:${n}`, // the name and a count, as Kimi's own template has it
  beside: thinking,
  rules: [
    named(
      /^[a-zA-Z][a-zA-Z0-9_-]{0,63}$/,
      () =>
        "Invalid request: function name is invalid, must start with a letter and can contain letters, numbers, " +
        "underscores, and dashes",
    ),
    saysSomething((at, role) =>
      `Invalid request: the message at position ${at} with role '${role}' must not be empty`
    ),
    eachMessage(({ tool_calls: calls, reasoning_content: text = "" }, at) =>
      calls !== undefined && text === ""
        ? `thinking is enabled but reasoning_content is missing in assistant tool call message at index ${at}`
        : null
    ),
    comesBack(["reasoning_content"]),
  ],
});
