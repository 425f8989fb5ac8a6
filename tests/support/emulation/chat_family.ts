import { chunk, openStream, raw, type Reply, sse, status } from "../scripted_server.ts";
import type { Reading } from "../wire_reading.ts";
import type { Asked } from "./asked.ts";
import { answersCalls, argumentsAreJson, type ChatRule, isWellFormed, keepsTools } from "./chat_rules.ts";
import type { Family, Said } from "./family.ts";
import type { Extras, Issued } from "./issued.ts";

/** What of a server of Chat Completions is its own. */
export interface ChatTraits extends Partial<Pick<Family, "provider" | "settings" | "teaches">> {
  readonly name: string;
  readonly model: string;
  readonly rules: readonly ChatRule[];
  /** How it puts the words of a refusal. */
  readonly refusal: (words: string) => Reply;
  /** The id of its nth call. */
  readonly callId?: (n: number) => string;
  /** Deltas before the text, and what the message has beside it once they are put together. */
  readonly beside?: (n: number, said: Said) => Beside;
  /** What its nth call has beside it, by its place in the answer. */
  readonly besideCall?: (n: number, place: number) => Extras;
  /** The last chunk, with the usage that is given. */
  readonly usageChunk?: (usage: Extras) => Extras;
}

/** What a server adds to a message for itself. */
export interface Beside {
  readonly deltas: readonly Extras[];
  readonly message: Extras;
}

/** Makes a family of Chat Completions servers from what is its own. */
export function chatFamily(traits: ChatTraits): Family {
  const rules = [isWellFormed, answersCalls, argumentsAreJson, keepsTools, ...traits.rules];
  return {
    provider: {},
    settings: {},
    teaches: [],
    ...traits,
    refuse(asked, issued) {
      for (const rule of asked.request.operation === "chat/completions" ? rules : [noSuchPath]) {
        const words = rule(asked.request.body, asked, issued);
        if (words !== null) return { words, reply: traits.refusal(words) };
      }
      return null;
    },
    answer: (said, asked, issued) => streamed(traits, said, { asked, issued }),
  };
}

/** The words of a refusal as OpenAI puts them, and most after it. */
export function openAiError(words: string, code: string | null = null): Reply {
  return status(400, { error: { message: words, type: "invalid_request_error", param: null, code } });
}

const noSuchPath: ChatRule = () => "404 page not found";

function streamed(
  traits: ChatTraits,
  said: Said,
  { asked, issued }: { readonly asked: Asked; readonly issued: Issued },
): Reply {
  const n = issued.next();
  const { text = "", calls = [] } = said;
  const beside = traits.beside?.(n, said) ?? { deltas: [], message: {} };
  const wired = calls.map((call, place) => ({
    index: place,
    id: (traits.callId ?? ((at) => `call_${at}`))(issued.next()),
    type: "function",
    function: { name: call.name, arguments: JSON.stringify(call.args) },
    ...traits.besideCall?.(n, place),
  }));
  const extras = { ...beside.message, ...besideCalls(wired) };
  issued.note(asked.account, { text, calls: wired }, extras);
  const deltas = [
    ...beside.deltas,
    ...(text === "" ? [] : (text.match(/[^]{1,7}/g) ?? []).map((content) => ({ content }))),
    ...wired.map((call) => ({ tool_calls: [call] })),
  ];
  return raw((response) => {
    openStream(response);
    response.write(sse(chunk({ role: "assistant", content: "" })));
    for (const delta of deltas) response.write(sse(chunk(delta)));
    response.write(sse(chunk({}, calls.length > 0 ? "tool_calls" : "stop")));
    const usage = usageOf(asked, deltas);
    response.write(
      sse((traits.usageChunk ?? ((each) => ({ ...chunk({}), choices: [], usage: each })))(usage)),
    );
    response.end(sse("[DONE]"));
  });
}

/** What stands beside the calls, where anything does. */
function besideCalls(calls: readonly Reading[]): Extras {
  const own = calls.map(({ index: _index, id: _id, type: _type, function: _function, ...more }) => more);
  return own.some((each) => Object.keys(each).length > 0) ? { calls: own } : {};
}

function usageOf({ request }: Asked, deltas: readonly object[]): Extras {
  const prompt = Math.ceil(request.raw.length / 4);
  const completion = Math.ceil(JSON.stringify(deltas).length / 4);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}
