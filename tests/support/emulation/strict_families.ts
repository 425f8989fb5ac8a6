import { type Reply, status } from "../scripted_server.ts";
import type { Reading } from "../wire_reading.ts";
import { chatFamily, openAiError } from "./chat_family.ts";
import { type ChatRule, eachMessage, named, saysSomething } from "./chat_rules.ts";
import type { Family } from "./family.ts";

// Servers that take nothing which they do not know.

const NINE = /^[a-zA-Z0-9]{9}$/;
const MESSAGE_FIELDS = ["role", "content", "tool_calls", "tool_call_id", "name", "prefix"];

const nineCharacters: ChatRule = eachMessage(({ tool_calls: calls = [], tool_call_id: id }) => {
  const wrong = [...calls.map((call: Reading) => call.id), ...(id === undefined ? [] : [id])]
    .find((each) => !NINE.test(each));
  return wrong === undefined
    ? null
    : `Tool call id was ${wrong} but must be a-z, A-Z, 0-9, with a length of 9.`;
});

const orderOfRoles: ChatRule = eachMessage(({ role }, at, all) =>
  role === "user" && all[at - 1]?.role === "tool" ? "Unexpected role 'user' after role 'tool'" : null
);

/** A part of a message that Mistral does not know is a mistake of another kind than the others. */
const foreignField: ChatRule = eachMessage((message, at) => {
  const extra = Object.keys(message).find((name) => !MESSAGE_FIELDS.includes(name));
  return extra === undefined ? null : `extra_forbidden body.messages.${at}.${message.role}.${extra}`;
});

function mistralError(words: string): Reply {
  const [kind, place] = words.split(" ");
  if (kind === "extra_forbidden" && place !== undefined) {
    const loc = place.split(".");
    return status(422, {
      detail: [{ type: kind, loc, msg: "Extra inputs are not permitted", input: "" }],
    });
  }
  const code = words.startsWith("Tool call id") ? "3280" : "3230";
  const type = code === "3280" ? "invalid_function_call" : "invalid_request_message_order";
  return status(400, { object: "error", message: words, type, param: null, code, raw_status_code: 400 });
}

/** Mistral with a model that thinks in parts of its content. */
export const MISTRAL: Family = chatFamily({
  name: "mistral",
  model: "magistral-medium-latest",
  teaches: [/Unexpected role 'user' after role 'tool'/],
  refusal: mistralError,
  callId: (n) => `m${String(n).padStart(8, "0")}`,
  beside: (n) => ({
    deltas: [{ content: [{ type: "thinking", thinking: [{ type: "text", text: `Thought ${n}` }] }] }],
    message: {},
  }),
  rules: [
    named(
      /^[a-zA-Z0-9_-]{1,64}$/,
      (name) =>
        `Function name was ${name} but must be a-z, A-Z, 0-9, or contain underscores and dashes, with a maximum ` +
        "length of 64.",
    ),
    saysSomething(() => "Assistant message must have either content or tool_calls, but not none."),
    foreignField,
    nineCharacters,
    orderOfRoles,
  ],
});

/** xAI: content may be empty beside calls, but it has to be there. */
export const XAI: Family = chatFamily({
  name: "xai",
  model: "grok-4-1-fast-reasoning",
  refusal: (error) => status(400, { code: "Client specified an invalid argument", error }),
  beside: (n) => ({ deltas: [{ reasoning_content: `Thought ${n}` }], message: {} }),
  rules: [
    ({ reasoning_effort: effort }) =>
      effort === undefined ? null : "Argument not supported on this model: reasoningEffort",
    eachMessage(({ content }) =>
      typeof content === "string"
        ? null
        : "Invalid request content: Each message must have at least one content element."
    ),
    saysSomething(() => "Invalid request content: Each message must have at least one content element."),
  ],
});

/** Groq, and the fields that it knows of a message. */
export const GROQ: Family = chatFamily({
  name: "groq",
  model: "openai/gpt-oss-120b",
  refusal: (words) => openAiError(words),
  callId: (n) => `fc_${n}-0e5c-4b7e-9a52-77fbb0d0f3a1`,
  beside: (n) => ({
    deltas: [{ reasoning: `Thought ${n}`, channel: "analysis" }],
    message: {},
  }),
  usageChunk: (usage) => ({ choices: [], x_groq: { id: "req_1", usage: { ...usage, queue_time: 0.01 } } }),
  rules: [
    eachMessage((message, at) => {
      const known = [...MESSAGE_FIELDS, "reasoning"];
      const extra = Object.keys(message).find((name) => !known.includes(name));
      return extra === undefined
        ? null
        : `'messages.${at}' : for 'role:${message.role}' the following must be satisfied[('messages.${at}' : ` +
          `property '${extra}' is unsupported)]`;
    }),
    saysSomething((at) => `'messages.${at}.content' : minimum number of items is 1`),
  ],
});

/** The same for a model that says what it thinks and does not want to hear it again. */
export const GROQ_WITHOUT_REASONING: Family = chatFamily({
  name: "groq-strict",
  model: "moonshotai/kimi-k2-thinking",
  refusal: (words) => openAiError(words),
  beside: (n) => ({ deltas: [{ reasoning: `Thought ${n}` }], message: {} }),
  teaches: [/property 'reasoning_content' is unsupported/, /reasoning is not supported with this model/],
  rules: [
    eachMessage((message, at) => {
      if (message.reasoning !== undefined) {
        return `messages[${at}].reasoning: reasoning is not supported with this model`;
      }
      const extra = Object.keys(message).find((name) => !MESSAGE_FIELDS.includes(name));
      return extra === undefined
        ? null
        : `'messages.${at}' : for 'role:${message.role}' the following must be satisfied[('messages.${at}' : ` +
          `property '${extra}' is unsupported)]`;
    }),
  ],
});
