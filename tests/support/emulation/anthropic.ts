import { messageEvents, sendMessageEvents, textBlock, thinkingBlock, toolUse } from "../messages_reply.ts";
import { status } from "../scripted_server.ts";
import type { Reading } from "../wire_reading.ts";
import type { Asked } from "./asked.ts";
import type { Family } from "./family.ts";
import type { Issued } from "./issued.ts";
import { isSameJson } from "./same_json.ts";

// Anthropic's own wire, with the rules and words of its API.

type Rule = (body: Reading, asked: Asked, issued: Issued) => string | null;

/** Each message's blocks with where they stand. */
function blocks({ messages }: Reading): { block: Reading; at: number; place: number; role: string }[] {
  return messages.flatMap(({ role, content }: Reading, at: number) =>
    (typeof content === "string" ? [{ type: "text", text: content }] : content)
      .map((block: Reading, place: number) => ({ block, at, place, role }))
  );
}

function ofType(message: Reading, type: string): Reading[] {
  return Array.isArray(message?.content)
    ? message.content.filter((block: Reading) => block.type === type)
    : [];
}

const hasLimit: Rule = ({ max_tokens: limit, thinking }) => {
  if (typeof limit !== "number") return "max_tokens: Field required";
  return thinking?.budget_tokens >= limit
    ? "`max_tokens` must be greater than `thinking.budget_tokens`"
    : null;
};

const namesAreSimple: Rule = (body) => {
  const names = [
    ...(body.tools ?? []).map(({ name }: Reading) => name),
    ...blocks(body).filter(({ block }) => block.type === "tool_use").map(({ block }) => block.name),
  ];
  return names.every((name) => /^[a-zA-Z0-9_-]{1,128}$/.test(name))
    ? null
    : "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'";
};

const idsAreSimple: Rule = (body) => {
  const wrong = blocks(body).find(({ block }) =>
    block.type === "tool_use" && !/^[a-zA-Z0-9_-]+$/.test(block.id)
  );
  return wrong === undefined
    ? null
    : `messages.${wrong.at}.content.${wrong.place}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`;
};

const definesTools: Rule = (body) =>
  body.tools === undefined && blocks(body).some(({ block }) => block.type.startsWith("tool_"))
    ? "Requests which include `tool_use` or `tool_result` blocks must define tools."
    : null;

const resultsFollow: Rule = ({ messages }) => {
  for (const [at, message] of messages.entries()) {
    const calls = ofType(message, "tool_use").map(({ id }) => id);
    const results = ofType(messages[at + 1], "tool_result").map(({ tool_use_id: id }) => id);
    const missing = calls.filter((id) => !results.includes(id));
    if (missing.length > 0) {
      return `messages.${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ` +
        `${
          missing.join(", ")
        }. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the ` +
        "next message.";
    }
    const foreign = results.find((id) => !calls.includes(id));
    if (foreign !== undefined) {
      return `messages.${
        at + 1
      }.content.0: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${foreign}. ` +
        "Each `tool_result` block must have a corresponding `tool_use` block in the previous message.";
    }
    if (results.length > 0 && messages[at + 1].content[0].type !== "tool_result") {
      return `messages.${
        at + 1
      }.content.0: \`tool_result\` blocks must come first in the content of a message`;
    }
  }
  return null;
};

const nothingBlank: Rule = (body) => {
  const texts = [
    ...blocks(body).map(({ block }) => block),
    ...(Array.isArray(body.system) ? body.system : []),
  ].filter(({ type }) => type === "text");
  if (texts.some(({ text }) => text === "")) return "messages: text content blocks must be non-empty";
  if (texts.some(({ text }) => text.trim() === "")) {
    return "messages: text content blocks must contain non-whitespace text";
  }
  const empty = body.messages.findIndex(({ content }: Reading) => content.length === 0);
  return empty < 0
    ? null
    : `messages.${empty}: all messages must have non-empty content except for the optional final assistant message`;
};

const userHasTheFirstAndLastWord: Rule = ({ messages }) => {
  if (messages[0]?.role !== "user") return 'messages: first message must use the "user" role';
  return messages.at(-1).role === "user"
    ? null
    : "This model does not support assistant message prefill. The conversation must end with a user message.";
};

const fewBreakpoints: Rule = ({ system, tools = [], messages }) => {
  const all = [
    ...(Array.isArray(system) ? system : []),
    ...tools,
    ...blocks({ messages }).map(({ block }) => block),
  ];
  const count = all.filter(({ cache_control: cache }) => cache !== undefined).length;
  return count <= 4 ? null : `A maximum of 4 blocks with cache_control may be provided. Found ${count}.`;
};

const cachesNoThinking: Rule = (body) =>
  blocks(body).some(({ block }) => /thinking/.test(block.type) && block.cache_control !== undefined)
    ? "messages.1.content.0.thinking.cache_control: Extra inputs are not permitted"
    : null;

/** Thinking is what this server made for this account, before what it was made with. */
const thinkingIsOwn: Rule = (body, { account, entries }, issued) => {
  const said = entries.filter(({ role }) => role === "assistant");
  const own = said.map((entry) => issued.of(account, entry)?.thinking);
  const messages = body.messages.filter(({ role }: Reading) => role === "assistant");
  for (const [at, message] of messages.entries()) {
    for (const [place, block] of ofType(message, "thinking").entries()) {
      const { cache_control: _cache, ...plain } = block;
      if (typeof block.signature !== "string") {
        return `messages.${at}.content.0.thinking.signature: Field required`;
      }
      if (!isSameJson(plain, own[at])) {
        return `messages.${at}.content.${place}: Invalid \`signature\` in \`thinking\` block`;
      }
    }
  }
  return null;
};

/** With a budget to think, the last answer starts with its thinking if results follow it. */
const startsWithThinking: Rule = ({ thinking, messages }) => {
  const at = messages.findLastIndex(({ role }: Reading) => role === "assistant");
  if (thinking?.type !== "enabled" || at < 0 || ofType(messages[at], "tool_use").length === 0) return null;
  const { type } = messages[at].content[0];
  return /thinking/.test(type)
    ? null
    : `messages.${at}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${type}\`. When ` +
      "`thinking` is enabled, a final `assistant` message must start with a thinking block (preceeding the " +
      "lastmost set of `tool_use` and `tool_result` blocks). We recommend you include thinking blocks from " +
      "previous turns.";
};

/** The thinking before the last calls is there: what was made may not be left out while its turn goes on. */
const keepsThinking: Rule = ({ messages }, { account, entries }, issued) => {
  const last = messages.findLast(({ role }: Reading) => role === "assistant");
  const extras = issued.of(account, entries.findLast(({ role }) => role === "assistant") ?? NOTHING);
  const wants = last !== undefined && ofType(last, "tool_use").length > 0 && extras?.thinking !== undefined;
  return !wants || ofType(last, "thinking").length > 0
    ? null
    : "messages: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified. These " +
      "blocks must remain as they were in the original response.";
};

const NOTHING = { text: "", calls: [] };

const isWellFormed: Rule = (_body, { request: { raw } }) =>
  /\\ud[89ab][0-9a-f]{2}(?!\\u)/i.test(raw.replaceAll("\\\\", ""))
    ? "The request body is not valid JSON: no low surrogate in string: line 1 column 51"
    : null;

const RULES = [
  isWellFormed,
  hasLimit,
  namesAreSimple,
  idsAreSimple,
  definesTools,
  nothingBlank,
  resultsFollow,
  userHasTheFirstAndLastWord,
  fewBreakpoints,
  cachesNoThinking,
  thinkingIsOwn,
  startsWithThinking,
  keepsThinking,
];

function claude(name: string, model: string, settings: Family["settings"]): Family {
  return {
    name,
    model,
    provider: { api: "messages" },
    settings,
    teaches: [],
    refuse(asked, issued) {
      const { body, operation, headers } = asked.request;
      const missing = headers["anthropic-version"] === undefined
        ? "anthropic-version: header is required"
        : null;
      const wrong = operation === "messages" ? missing : "Not Found";
      const words = wrong ?? RULES.map((rule) => rule(body, asked, issued)).find((each) => each !== null);
      if (words === undefined || words === null) return null;
      const error = { type: "invalid_request_error", message: words };
      return { words, reply: status(400, { type: "error", error, request_id: "req_1" }) };
    },
    answer({ text = "", calls = [] }, asked, issued) {
      const n = issued.next();
      const isThinking = (asked.request.body as Reading).thinking !== undefined;
      const thinking = isThinking ? thinkingBlock(`Thought ${n}`, `sig/+${n}==`) : undefined;
      const uses = calls.map(({ name, args }) => toolUse(name, args, `toolu_${issued.next()}`));
      const said = { text, calls: uses.map(({ id }) => ({ id: String(id) })) };
      issued.note(asked.account, said, thinking === undefined ? {} : { thinking });
      const blocks = [
        ...(thinking === undefined ? [] : [thinking]),
        ...(text === "" ? [] : [textBlock(text)]),
        ...uses,
      ];
      const usage = { input_tokens: Math.ceil(asked.request.raw.length / 4), output_tokens: 1 };
      return sendMessageEvents(messageEvents(blocks, { usage, lastUsage: { output_tokens: 40 } }));
    },
  };
}

/** A Claude that thinks within a budget. */
export const ANTHROPIC: Family = claude("anthropic", "claude-sonnet-4-5", { reasoning_effort: "medium" });
/** A Claude that thinks as long as it wants to. */
export const ANTHROPIC_ADAPTIVE: Family = claude("anthropic-adaptive", "claude-opus-4-7", {
  reasoning_effort: "high",
});
/** A Claude that does not think. */
export const ANTHROPIC_PLAIN: Family = claude("anthropic-plain", "claude-haiku-4-5", {});
