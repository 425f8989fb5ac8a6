import { status } from "../scripted_server.ts";
import type { Reading } from "../wire_reading.ts";
import { chatFamily } from "./chat_family.ts";
import { type ChatRule, comesBack, eachMessage, named, saysSomething } from "./chat_rules.ts";
import type { Family } from "./family.ts";

// Servers that sign what their model thought.

/** Google's words that let a call pass which Gemini did not make (its guide on thought signatures). */
const SKIP = "skip_thought_signature_validator";
const GUIDE = "Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for more details.";

const signature = ({ extra_content: extra }: Reading): unknown => extra?.google?.thought_signature;

/** The first call of each message is signed, by this server for this account or by the word that skips it. */
const isSigned: ChatRule = eachMessage((message, at, _all, extras) => {
  const [first, ...others]: Reading[] = message.tool_calls ?? [];
  if (first === undefined) return null;
  if (signature(first) === undefined) {
    return "Function call is missing a thought_signature in functionCall parts. This is required for tools to " +
      "work correctly, and missing thought_signature may lead to degraded model performance. Additional data, " +
      `function call \`default_api:${first.function.name}\` , position ${at}. ${GUIDE}`;
  }
  const wanted = (extras?.calls as Reading)?.map(signature) ?? [SKIP];
  const given = [first, ...others].map(signature);
  return given.every((each, place) => each === wanted[place]) ? null : "Corrupted thought signature.";
});

/** Gemini 3 on Google's endpoint in OpenAI's style. */
export const GEMINI: Family = chatFamily({
  name: "gemini",
  model: "gemini-3-pro-preview",
  refusal: (message) => status(400, [{ error: { code: 400, message, status: "INVALID_ARGUMENT" } }]),
  callId: (n) => `function-call-${String(n).padStart(20, "0")}`,
  besideCall: (n, place) => place > 0 ? {} : googled(`Sig/+${n}==`),
  beside: (n, { calls = [] }) => {
    if (calls.length > 0) return { deltas: [], message: {} };
    const extra = googled(`Text/+${n}==`);
    return { deltas: [{ content: "", ...extra }], message: extra };
  },
  rules: [
    named(
      /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/,
      () =>
        "* GenerateContentRequest.tools[0].function_declarations[0].name: Invalid function name. Must start with " +
        "a letter or an underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), " +
        "or dashes (-), with a maximum length of 64.",
    ),
    saysSomething(() => "* GenerateContentRequest.contents: contents is not specified"),
    isSigned,
    comesBack(["extra_content"]),
  ],
});

function googled(thought_signature: string) {
  return { extra_content: { google: { thought_signature } } };
}

const PRESERVE =
  "Gemini models require OpenRouter reasoning details to be preserved in each request. Please refer " +
  "to our docs: https://openrouter.ai/docs/guides/best-practices/reasoning-tokens#preserving-reasoning-blocks. " +
  "Upstream error: ";

/** What was said with `reasoning_details` has them, whole and in their order. */
const hasDetails: ChatRule = eachMessage((message, _at, _all, extras) =>
  extras?.reasoning_details !== undefined && message.tool_calls !== undefined &&
    message.reasoning_details === undefined
    ? PRESERVE + JSON.stringify({ error: { code: 400, status: "INVALID_ARGUMENT" } })
    : null
);

/** Another account's thinking is not this one's. */
const noForeignDetails: ChatRule = eachMessage((message, at, _all, extras) =>
  extras === undefined && message.reasoning_details !== undefined
    ? `messages.${at}: Invalid \`signature\` in \`thinking\` block`
    : null
);

/** OpenRouter, which hides the words of the server behind it. */
export const OPENROUTER: Family = chatFamily({
  name: "openrouter",
  model: "google/some-thinker",
  refusal: (raw) =>
    status(400, {
      error: {
        message: "Provider returned error",
        code: 400,
        metadata: { raw, provider_name: "Google" },
      },
      user_id: "user_x",
    }),
  callId: (n) => `tool_0_terminal_${"x".repeat(70)}_${n}`, // gateways write ids of any length
  beside: (n) => {
    const text = { type: "reasoning.text", format: "anthropic-claude-v1", index: 0 };
    const encrypted = { type: "reasoning.encrypted", data: `gAA${n}=`, id: `rs_${n}`, format: "x", index: 1 };
    return {
      deltas: [
        { reasoning: "Thought ", reasoning_details: [{ ...text, text: "Thought " }] },
        { reasoning: `${n}`, reasoning_details: [{ ...text, text: `${n}` }] },
        { reasoning: null, reasoning_details: [{ ...text, signature: `sig-${n}` }] },
        { reasoning: null, reasoning_details: [encrypted] },
      ],
      message: {
        reasoning_details: [{ ...text, text: `Thought ${n}`, signature: `sig-${n}` }, encrypted],
      },
    };
  },
  usageChunk: (usage) => ({
    choices: [{ index: 0, delta: {}, finish_reason: null }],
    usage: { ...usage, cost: 0 },
  }),
  rules: [hasDetails, noForeignDetails, comesBack(["reasoning_details"])],
});
