import assert from "node:assert/strict";
import type { AssistantMessage, Message } from "../../lib/protocol/conversation.ts";
import { type Dialect, PLAIN_DIALECT } from "../../lib/protocol/dialect.ts";
import { lessonOf, type RefusedRequest } from "../../lib/provider/refusal_lessons.ts";
import { ANSWERED_BY } from "./wire_target.ts";

const OPEN: Dialect = { ...PLAIN_DIALECT, isApiOpen: true };
const CARRYING: AssistantMessage = {
  role: "assistant",
  content: "a",
  toolCalls: [],
  carried: {
    ...ANSWERED_BY,
    api: "chat",
    items: [{ type: "message", fields: { reasoning_details: [{ type: "reasoning.encrypted" }] } }],
  },
};

function request(more: Partial<RefusedRequest> = {}): RefusedRequest {
  const body = { max_tokens: 32_000, stream_options: {}, tools: [], tool_choice: "none" };
  return { dialect: PLAIN_DIALECT, body, messages: [{ role: "user", content: "u" }], ...more };
}

/** What of the dialect a refusal changes. */
function learned(message: string, more: Partial<RefusedRequest> = {}, status = 400): unknown {
  const asked = request(more);
  const lesson = lessonOf({ status, text: JSON.stringify({ error: { message } }) }, asked);
  if (lesson === null || "dropsCarried" in lesson) return lesson;
  const before: Readonly<Record<string, unknown>> = { ...asked.dialect };
  return Object.fromEntries(
    Object.entries(lesson.dialect).filter(([name, value]) => value !== before[name]),
  );
}

/** The words of the servers, as they stand in public issues about them. */
const LESSONS: readonly (readonly [words: string, learns: unknown, more?: Partial<RefusedRequest>])[] = [
  [
    "Function tools with reasoning_effort are not supported for gpt-5.5 in /v1/chat/completions. Please use /v1/responses instead.",
    { api: "responses", isApiOpen: false },
    { dialect: OPEN },
  ],
  [
    "This model is only supported in v1/responses and not in v1/chat/completions.",
    { api: "responses", isApiOpen: false },
    { dialect: OPEN },
  ],
  [
    "This is not supported in the v1/responses endpoint. Did you mean to use v1/chat/completions?",
    { api: "chat", isApiOpen: false },
    { dialect: { ...OPEN, api: "responses" } },
  ],
  [
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    { limitField: "max_completion_tokens", refused: ["max_tokens"] },
  ],
  [
    "max_tokens: 32000 > 8192, which is the maximum allowed number of output tokens for claude-3-5-sonnet",
    { maxOutput: 8192 },
  ],
  [
    "max_tokens is too large: 32000. This model supports at most 16384 completion tokens.",
    { maxOutput: 16_384 },
  ],
  ["Range of max_tokens should be [1, 8192]", { maxOutput: 8192 }],
  ["Unrecognized request argument supplied: stream_options", { refused: ["stream_options"] }],
  ["Extra inputs are not permitted, field: 'stream_options', value: {}", { refused: ["stream_options"] }],
  ["Unknown parameter: 'tool_choice'", { refused: ["tool_choice"] }],
  ['json: unknown field "stream_options"', { refused: ["stream_options"] }],
  ["Additional properties are not allowed ('stream_options' was unexpected)", {
    refused: ["stream_options"],
  }],
  ["unknown field `stream_options`, expected one of `model`, `tool_choice`", { refused: ["stream_options"] }],
  ["Unrecognized key(s) in object: 'stream_options'", { refused: ["stream_options"] }],
  ["stream_options is not a valid parameter", { refused: ["stream_options"] }],
  ["'stream_options': value is not one of the allowed values", { refused: ["stream_options"] }],
  ["tool_choice is invalid: only auto is supported", { refused: ["tool_choice"] }],
  ["Unknown parameter: 'include'.", { refused: ["include"] }, { body: { include: ["x"] } }],
  ["Unsupported parameter(s): include", { refused: ["include"] }, { body: { include: ["x"] } }],
  ["store: Extra inputs are not permitted", { refused: ["store"] }, { body: { store: false } }],
  ["max_tokens is deprecated, use max_completion_tokens", {
    limitField: "max_completion_tokens",
    refused: ["max_tokens"],
  }],
  [
    "Encrypted content is not supported with this model.",
    { refused: ["include"] },
    { body: { include: ["reasoning.encrypted_content"] } },
  ],
  [
    "Unknown name \"reasoning_details\" at 'messages[1]': Cannot find field, not supported",
    { refused: ["reasoning_details"] },
    { messages: [CARRYING] },
  ],
  [
    "'messages.2' : for 'role:assistant' the following must be satisfied[('messages.2' : property " +
    "'reasoning_content' is unsupported)]",
    { refused: ["reasoning_content"] },
    { dialect: { ...PLAIN_DIALECT, quirks: ["reasoning_content"] } },
  ],
  [
    "messages.1.tool_calls.0.extra_content: Extra inputs are not permitted",
    { refused: ["extra_content"] },
    { dialect: { ...PLAIN_DIALECT, quirks: ["thought_signature"] } },
  ],
  [
    "Invalid request content: Each message must have at least one content element.",
    { quirks: ["text_beside_calls"] },
  ],
  ["body.messages.2.content: Input should be a valid string", { quirks: ["text_beside_calls"] }],
  ["messages[2].content: invalid type: null, expected a string", { quirks: ["text_beside_calls"] }],
  [
    "Missing `reasoning_content` field in the assistant message at message index 2.",
    { quirks: ["reasoning_content"] },
  ],
  [
    "thinking is enabled but reasoning_content is missing in assistant tool call message at index 3",
    { quirks: ["reasoning_content"] },
  ],
  [
    "Function call is missing a thought_signature in functionCall parts.",
    { quirks: ["thought_signature"] },
  ],
  [
    "Tool call id was call_abc but must be a-z, A-Z, 0-9, with a length of 9.",
    { quirks: ["nine_char_ids"] },
  ],
  ["Unexpected role 'user' after role 'tool'", { quirks: ["assistant_after_tools"] }],
  [
    "Conversation roles must alternate user/assistant/user/assistant/...",
    { quirks: ["alternating_roles"] },
  ],
  ["Developer and role 'system' messages are not supported", { quirks: ["system_as_user"] }],
  ["Invalid `signature` in `thinking` block", { dropsCarried: true }, { messages: [CARRYING] }],
  [
    "The encrypted content gAAA could not be verified. Reason: could not be decrypted.",
    { dropsCarried: true },
    { messages: [CARRYING] },
  ],
];

for (const [words, learns, more] of LESSONS) {
  Deno.test(`lessonOf() learns from "${words.slice(0, 70)}"`, () => {
    assert.deepEqual(learned(words, more), learns);
  });
}

const NOTHING: readonly (readonly [words: string, more?: Partial<RefusedRequest>, status?: number])[] = [
  ["Please use /v1/responses instead.", { dialect: PLAIN_DIALECT }], // config.yaml has settled the wire
  ["Unknown parameter: 'stream_options'", {}, 401],
  ["Unknown parameter: 'stream_options'", {}, 403],
  ["Unknown parameter: 'stream_options'", {}, 429],
  ["The model `nope` does not exist", { dialect: OPEN }, 404],
  ["Invalid value: stream_options has no effect", { body: { messages: [] } }], // it was not sent
  ["This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens"],
  ["Invalid `signature` in `thinking` block"], // nothing was carried
  ["Invalid request: messages must include a user message", { body: { include: ["x"] } }],
  ["Invalid value: there is no such model in the store", { body: { store: false } }, 404],
  ["unknown field `foo`, expected one of `model`, `stream_options`"],
  ["something went wrong"],
  [""],
];

for (const [words, more, status] of NOTHING) {
  Deno.test(`lessonOf() learns nothing from "${words.slice(0, 60)}" (${status ?? 400})`, () => {
    assert.equal(learned(words, more, status), null);
  });
}

Deno.test("lessonOf() finds the field wherever the refusal names it", () => {
  const entry = {
    type: "extra_forbidden",
    loc: ["body", "stream_options"],
    msg: "Extra inputs are not permitted",
  };
  const inner = JSON.stringify({ detail: [entry] });
  const bodies: unknown[] = [
    { detail: [entry] },
    { message: { detail: [entry] } },
    { error: { message: "Invalid request", param: "stream_options", code: "unknown_parameter" } },
    { error: { message: "Provider returned error", metadata: { raw: inner } } },
    { error: { message: `litellm.BadRequestError: ${inner}` } },
  ];
  for (const body of bodies) {
    const lesson = lessonOf({ status: 422, text: JSON.stringify(body) }, request());
    assert.deepEqual(
      lesson,
      { dialect: { ...PLAIN_DIALECT, refused: ["stream_options"] } },
      JSON.stringify(body),
    );
  }
});

Deno.test("lessonOf() teaches the same once only, so that asking again comes to an end", () => {
  for (const [words, , more] of LESSONS) {
    let asked = request(more);
    const seen: string[] = [];
    for (;;) {
      const lesson = lessonOf({ status: 400, text: words }, asked);
      if (lesson === null) break;
      seen.push(JSON.stringify(lesson));
      assert.ok(seen.length < 5, seen.join("\n"));
      asked = "dialect" in lesson
        ? { ...asked, dialect: lesson.dialect, body: withoutRefused(asked.body, lesson.dialect) }
        : { ...asked, messages: asked.messages.map(withoutCarried) };
    }
  }
});

Deno.test("lessonOf() reads names of carried fields for what they are, whatever characters they have", () => {
  const fields = { "x(": "a", "y.*": "b", "[z": "c", "a.b": "d" };
  const carried = { ...ANSWERED_BY, api: "chat" as const, items: [{ type: "message", fields }] };
  const messages: readonly Message[] = [{ role: "assistant", content: "a", toolCalls: [], carried }];
  const refused = (name: string) => learned(`Unknown parameter: '${name}'.`, { messages });
  for (const name of Object.keys(fields)) assert.deepEqual(refused(name), { refused: [name] });
  assert.equal(refused("acb"), null);
});

function withoutRefused(
  body: RefusedRequest["body"],
  { refused, maxOutput }: Dialect,
): RefusedRequest["body"] {
  const kept = Object.entries(body).filter(([name]) => !refused.includes(name));
  const limited = kept.map(([name, value]) =>
    [name, typeof value === "number" ? Math.min(value, maxOutput ?? Infinity) : value] as const
  );
  return Object.fromEntries(limited);
}

function withoutCarried(message: Message): Message {
  if (message.role !== "assistant") return message;
  const { carried: _, ...rest } = message;
  return rest;
}
