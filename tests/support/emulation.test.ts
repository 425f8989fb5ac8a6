import assert from "node:assert/strict";
import { startEmulatedServer } from "./emulation/emulated_server.ts";
import type { Family } from "./emulation/family.ts";
import { ANTHROPIC, ANTHROPIC_ADAPTIVE } from "./emulation/anthropic.ts";
import { OPENAI } from "./emulation/openai_responses.ts";
import { GEMINI, OPENROUTER } from "./emulation/signing_families.ts";
import { GROQ, MISTRAL, XAI } from "./emulation/strict_families.ts";
import { DEEPSEEK_REASONER, DEEPSEEK_UNKNOWN, KIMI } from "./emulation/thinking_families.ts";
import type { Reading } from "./wire_reading.ts";

const PATHS = { chat: "chat/completions", responses: "responses", messages: "messages" } as const;
const TOOL = { name: "terminal", description: "d", parameters: { type: "object", properties: {} } };
const TOOLS = [{ type: "function", function: TOOL }];
const USER = { role: "user", content: "work" };
const CALL = { id: "abcdefghi", type: "function", function: { name: "terminal", arguments: "{}" } };
const SAID = { role: "assistant", content: "I look", tool_calls: [CALL] };
const RESULT = { role: "tool", tool_call_id: "abcdefghi", content: "seen" };
const CLAUDE_TOOLS = [{ name: "terminal", input_schema: { type: "object" } }];
const USE = { type: "tool_use", id: "t1", name: "terminal", input: {} };
const ITEMS = [
  { type: "message", role: "user", content: "work" },
  { type: "function_call", call_id: "c1", name: "terminal", arguments: "{}" },
  { type: "function_call_output", call_id: "c1", output: "seen" },
];

function chat(...messages: readonly unknown[]) {
  return { model: "m", tools: TOOLS, messages };
}

function claude(content: readonly unknown[], more: Readonly<Record<string, unknown>> = {}) {
  const result = [{ type: "tool_result", tool_use_id: "t1", content: "seen" }];
  const messages = [{ role: "user", content: "work" }, { role: "assistant", content }, {
    role: "user",
    content: result,
  }];
  return { model: "m", max_tokens: 9_000, tools: CLAUDE_TOOLS, messages, ...more };
}

function openai(input: readonly unknown[], more: Readonly<Record<string, unknown>> = {}) {
  return { model: "m", store: false, tools: [{ type: "function", ...TOOL }], input, ...more };
}

/** Requests that the real server refuses, with a part of its words. */
const REFUSED: readonly (readonly [Family, string, Reading, RegExp])[] = [
  [DEEPSEEK_REASONER, "no thinking", chat(USER, SAID, RESULT), /Missing `reasoning_content` field/],
  [DEEPSEEK_UNKNOWN, "no thinking", chat(USER, SAID, RESULT, USER), /must be passed back to the API/],
  [
    KIMI,
    "empty thinking",
    chat(USER, { ...SAID, reasoning_content: "" }, RESULT),
    /reasoning_content is missing/,
  ],
  [GEMINI, "no signature", chat(USER, SAID, RESULT), /missing a thought_signature/],
  [GEMINI, "a foreign signature", chat(USER, signed("x"), RESULT), /Corrupted thought signature/],
  [
    MISTRAL,
    "a long id",
    chat(USER, withId("call_123456789"), { ...RESULT, tool_call_id: "call_123456789" }),
    /length of 9/,
  ],
  [
    MISTRAL,
    "the user after results",
    chat(USER, SAID, RESULT, USER),
    /Unexpected role 'user' after role 'tool'/,
  ],
  [
    MISTRAL,
    "an unknown field",
    chat(USER, { ...SAID, reasoning: "x" }, RESULT),
    /Extra inputs are not permitted/,
  ],
  [XAI, "null beside calls", chat(USER, { ...SAID, content: null }, RESULT), /at least one content element/],
  [
    GROQ,
    "reasoning_content",
    chat(USER, { ...SAID, reasoning_content: "x" }, RESULT),
    /'reasoning_content' is unsupported/,
  ],
  [
    GROQ,
    "a dotted name",
    chat(USER, SAID, RESULT, { role: "assistant", content: " " }, USER),
    /minimum number of items/,
  ],
  [
    OPENROUTER,
    "foreign details",
    chat(USER, { ...SAID, reasoning_details: [{}] }, RESULT),
    /Invalid `signature`/,
  ],
  [OPENROUTER, "no tools", { model: "m", messages: [USER, SAID, RESULT] }, /must define tools/],
  [OPENROUTER, "half a character", chat({ role: "user", content: "\ud83d" }), /surrogate/],
  [OPENROUTER, "a call without a result", chat(USER, SAID, USER), /must be followed by tool messages/],
  [OPENROUTER, "broken arguments", chat(USER, withArguments("{"), RESULT), /not a valid JSON string/],
  [ANTHROPIC, "no limit", claude([USE], { max_tokens: undefined }), /max_tokens: Field required/],
  [ANTHROPIC, "a blank block", claude([{ type: "text", text: " " }, USE]), /non-whitespace/],
  [ANTHROPIC, "no tools", claude([USE], { tools: undefined }), /must define tools/],
  [ANTHROPIC, "a dotted name", claude([{ ...USE, name: "mcp.x" }]), /should match pattern/],
  [
    ANTHROPIC,
    "a foreign signature",
    claude([{ type: "thinking", thinking: "x", signature: "y" }, USE]),
    /Invalid `signature`/,
  ],
  [
    ANTHROPIC,
    "calls before thinking",
    claude([USE], { thinking: { type: "enabled", budget_tokens: 2_000 } }),
    /but found `tool_use`/,
  ],
  [
    ANTHROPIC,
    "a call without a result",
    claude([USE, { ...USE, id: "t2" }]),
    /`tool_use` ids were found without/,
  ],
  [
    ANTHROPIC_ADAPTIVE,
    "the last word of the model",
    claude([USE], { messages: [USER, { role: "assistant", content: "x" }] }),
    /prefill/,
  ],
  [OPENAI, "storing", openai(ITEMS, { store: true }), /Zero Data Retention/],
  [
    OPENAI,
    "reasoning alone",
    openai([{ type: "reasoning", id: "rs_1", encrypted_content: "x" }]),
    /without its required following item/,
  ],
  [OPENAI, "an id alone", openai([{ type: "reasoning", id: "rs_1" }, ...ITEMS]), /Items are not persisted/],
  [
    OPENAI,
    "foreign reasoning",
    openai([ITEMS[0], { type: "reasoning", encrypted_content: "x" }, ...ITEMS.slice(1)]),
    /could not be verified/,
  ],
  [OPENAI, "a call without a result", openai(ITEMS.slice(0, 2)), /No tool output found/],
  [
    OPENAI,
    "a long id",
    openai([ITEMS[0], { ...ITEMS[1], call_id: "x".repeat(65) }, { ...ITEMS[2], call_id: "x".repeat(65) }]),
    /string too long/,
  ],
];

function signed(thought_signature: string) {
  return { ...SAID, tool_calls: [{ ...CALL, extra_content: { google: { thought_signature } } }] };
}

function withId(id: string) {
  return { ...SAID, tool_calls: [{ ...CALL, id }] };
}

function withArguments(text: string) {
  return { ...SAID, tool_calls: [{ ...CALL, function: { name: "terminal", arguments: text } }] };
}

for (const [family, what, body, words] of REFUSED) {
  Deno.test(`the emulated ${family.name} refuses ${what}`, async () => {
    await using server = await startEmulatedServer(family, () => ({ text: "taken" }));
    const api = family === OPENAI
      ? "responses"
      : body.max_tokens === 9_000 || what === "no limit"
      ? "messages"
      : "chat";
    const response = await fetch(`${server.baseUrl}/${PATHS[api]}`, {
      method: "POST",
      headers: { authorization: "Bearer k", "anthropic-version": "2023-06-01" },
      body: JSON.stringify(body),
    });
    assert.match(await response.text(), words);
    assert.deepEqual([response.ok, server.refusals.length], [false, 1]);
  });
}

Deno.test("an emulated server refuses what it issued when it does not come back", async () => {
  const call = { name: "terminal", args: {} };
  await using server = await startEmulatedServer(OPENROUTER, () => ({ calls: [call] }));
  const ask = (body: unknown) =>
    fetch(`${server.baseUrl}/chat/completions`, {
      method: "POST",
      headers: { authorization: "Bearer k" },
      body: JSON.stringify(body),
    }).then((response) => response.text());
  const [, id = ""] = /"id":"(tool_0[^"]*)"/.exec(await ask(chat(USER))) ?? [];
  const again = chat(USER, withId(id), { ...RESULT, tool_call_id: id });
  assert.match(await ask(again), /require OpenRouter reasoning details/);
});
