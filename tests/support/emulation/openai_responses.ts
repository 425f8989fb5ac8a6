import { callItem, eventsOf, messageItem, reasoningItem, sendEvents } from "../responses_reply.ts";
import { type Reply, status } from "../scripted_server.ts";
import type { Reading } from "../wire_reading.ts";
import type { Asked } from "./asked.ts";
import type { Family } from "./family.ts";
import type { Issued } from "./issued.ts";
import { isSameJson } from "./same_json.ts";

// OpenAI's models that want tools over Responses, with the rules and words of its API.

type Rule = (
  body: Reading,
  asked: Asked,
  issued: Issued,
) => { words: string; code?: string; status?: number } | null;

const storesNothing: Rule = ({ store }) =>
  store === false
    ? null
    : { words: "Zero Data Retention is enabled: 'store' must be false", code: "unsupported_value" };

/** Nothing is stored, so an item without its content is not known. */
const itemsAreWhole: Rule = ({ input }) => {
  const lost = input.find((item: Reading) => item.type === "reasoning" && !item.encrypted_content);
  return lost === undefined ? null : {
    words:
      `Item with id '${lost.id}' not found. Items are not persisted when \`store\` is set to false. Try again ` +
      "with `store` set to true, or remove this item from your input.",
    status: 404,
  };
};

const reasoningIsFollowed: Rule = ({ input }) => {
  const at = input.findIndex((item: Reading, place: number) =>
    item.type === "reasoning" &&
    !(["reasoning", "function_call"].includes(input[place + 1]?.type) ||
      input[place + 1]?.role === "assistant")
  );
  return at < 0 ? null : {
    words: `Item '${input[at].id}' of type 'reasoning' was provided without its required following item.`,
  };
};

/** Encrypted for one organization, unreadable for all others; and what this one made comes back as it was. */
const reasoningIsOwn: Rule = ({ input }, { account, entries }, issued) => {
  const said = entries.filter(({ role }) => role === "assistant");
  const own = said.flatMap((entry) => issued.of(account, entry)?.reasoning ?? []);
  const given = input.filter(({ type }: Reading) => type === "reasoning");
  const foreign = given.find((item: Reading) => !own.some((each) => isSameJson(each, item)));
  if (foreign !== undefined) {
    return {
      words:
        `The encrypted content ${foreign.encrypted_content} could not be verified. Reason: Encrypted content ` +
        "organization_id did not match the target organization.",
      code: "invalid_encrypted_content",
    };
  }
  const lost = own.find((each) => !given.some((item: Reading) => isSameJson(each, item)));
  return lost === undefined ? null : { words: `reasoning ${JSON.stringify(lost)} did not come back` };
};

const callsAreAnswered: Rule = ({ input }) => {
  const ids = (type: string): string[] =>
    input.filter((item: Reading) => item.type === type).map((item: Reading) => item.call_id);
  const [calls, outputs] = [ids("function_call"), ids("function_call_output")];
  const open = calls.find((id) => !outputs.includes(id));
  if (open !== undefined) return { words: `No tool output found for function call ${open}.` };
  const foreign = outputs.find((id) => !calls.includes(id));
  return foreign === undefined
    ? null
    : { words: `No tool call found for function call output with call_id ${foreign}.` };
};

const idsAndNamesFit: Rule = ({ input, tools = [] }) => {
  for (const [at, { call_id: id, name }] of input.entries()) {
    if (typeof id === "string" && id.length > 64) {
      return {
        words:
          `Invalid 'input[${at}].call_id': string too long. Expected a string with maximum length 64, but got ` +
          `a string with length ${id.length} instead.`,
        code: "string_above_max_length",
      };
    }
    if (typeof name === "string" && !/^[a-zA-Z0-9_-]+$/.test(name)) return badName(`input[${at}].name`);
  }
  return tools.every(({ name }: Reading) => /^[a-zA-Z0-9_-]{1,64}$/.test(name))
    ? null
    : badName("tools[0].name");
};

function badName(where: string) {
  return {
    words: `Invalid '${where}': string does not match pattern. Expected a string that matches the pattern ` +
      "'^[a-zA-Z0-9_-]+$'.",
    code: "invalid_value",
  };
}

/** What a message was said for (`phase`) comes back with it. */
const phasesAreKept: Rule = ({ input }, { account, entries }, issued) => {
  const wanted = entries.flatMap((entry) => issued.of(account, entry)?.phase ?? []);
  const given = input.flatMap(({ phase = [] }: Reading) => phase);
  return JSON.stringify(wanted) === JSON.stringify(given)
    ? null
    : { words: `phases ${JSON.stringify(given)} are not as they were issued` };
};

const RULES = [
  storesNothing,
  itemsAreWhole,
  reasoningIsFollowed,
  reasoningIsOwn,
  callsAreAnswered,
  idsAndNamesFit,
  phasesAreKept,
];

function openAi(name: string, model: string, teaches: readonly RegExp[] = []): Family {
  return {
    name,
    model,
    provider: { api: "auto" },
    settings: {},
    teaches,
    refuse(asked, issued) {
      const { body, operation } = asked.request;
      if (operation !== "responses") {
        const words = `Function tools with reasoning_effort are not supported for ${model} in ` +
          "/v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'.";
        return { words, reply: refusal(words, { param: "reasoning_effort" }) };
      }
      const wrong = RULES.map((rule) => rule(body, asked, issued)).find((each) => each !== null);
      if (wrong === undefined) return null;
      const { words, code = null, status = 400 } = wrong;
      return { words, reply: refusal(words, { code, status }) };
    },
    answer({ text = "", calls = [] }, asked, issued) {
      const n = issued.next();
      const reasoning = reasoningItem(`gAAAA${n}`, [`Thought ${n}`]);
      const wired = calls.map(({ name, args }) => callItem(name, args, `call_${issued.next()}`));
      const phase = wired.length > 0 ? "commentary" : "final_answer";
      const said = { text, calls: wired.map(({ call_id: id }) => ({ id: String(id) })) };
      const extras = { reasoning: [reasoning], ...(text.trim() === "" ? {} : { phase: [phase] }) };
      issued.note(asked.account, said, extras);
      const items = text === "" ? wired : [messageItem(text, { phase }), ...wired];
      const usage = { input_tokens: Math.ceil(asked.request.raw.length / 4), output_tokens: 40 };
      return sendEvents(eventsOf([reasoning, ...items], { usage }));
    },
  };
}

function refusal(
  message: string,
  { code = null, param = null, status: http = 400 }: Partial<Record<"code" | "param", string | null>> & {
    readonly status?: number;
  },
): Reply {
  return status(http, { error: { message, type: "invalid_request_error", param, code } });
}

/** A model of which it is known that tools want Responses. */
export const OPENAI: Family = openAi("openai", "gpt-5.6");
/** A model of which that has to be learned. */
export const OPENAI_UNKNOWN: Family = openAi("openai-unknown", "house-model", [/use \/v1\/responses/]);
