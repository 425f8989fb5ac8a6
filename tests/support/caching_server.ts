import { messageEvents, sendMessageEvents, textBlock, toolUse } from "./messages_reply.ts";
import { type CountedPrompt, keyOf, PrefixCache } from "./prefix_cache.ts";
import { callItem, eventsOf, messageItem, sendEvents } from "./responses_reply.ts";
import {
  callTools,
  hold,
  type RecordedRequest,
  type Reply,
  say,
  type ScriptedServer,
  startScriptedServer,
} from "./scripted_server.ts";
import type { Reading } from "./wire_reading.ts";

/** One request as a server with a cache counted it. */
export interface SeenPrompt extends CountedPrompt {
  readonly isChild: boolean;
  readonly key: string;
}

/** One call or a text: what the model says in a turn, from 1. */
export type CachedTurn = { readonly name: string; readonly args: object } | string;

/** A server of one of the wires with a cache of prompts. */
export interface CachingServer extends AsyncDisposable {
  readonly server: ScriptedServer;
  readonly seen: readonly SeenPrompt[];
}

/** Starts it; it answers after `latencyMs`, and has a prompt in its cache from then on. */
export async function startCachingServer(
  script: (isChild: boolean, turn: number) => CachedTurn,
  latencyMs = 50,
): Promise<CachingServer> {
  const cache = new PrefixCache();
  const seen: SeenPrompt[] = [];
  const server = await startScriptedServer((request) => {
    const counted = cache.count(request);
    const isChild = toolNames(request).includes("finish");
    seen.push({ ...counted, isChild, key: keyOf(request) });
    const answer = replyWith(script(isChild, turnOf(request)), request, counted);
    const begun = new Promise((resolve) => setTimeout(resolve, latencyMs)).then(() => cache.keep(request));
    return hold(begun, answer);
  });
  return { server, seen, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** The part of the input of these requests that was read from the cache. */
export function shareRead(seen: readonly SeenPrompt[]): number {
  const sum = (pick: (prompt: SeenPrompt) => number) => seen.reduce((total, each) => total + pick(each), 0);
  return sum(({ read }) => read) / sum(({ input }) => input);
}

function replyWith(says: CachedTurn, request: RecordedRequest, counted: CountedPrompt): Reply {
  const { input, read, written } = counted;
  const id = `call_${request.index}`;
  if (request.operation === "messages") {
    const block = typeof says === "string" ? textBlock(says) : toolUse(says.name, says.args, id);
    const usage = {
      input_tokens: input - read - written,
      cache_read_input_tokens: read,
      cache_creation_input_tokens: written,
    };
    return sendMessageEvents(messageEvents([block], { usage }));
  }
  if (request.operation === "responses") {
    const item = typeof says === "string" ? messageItem(says) : callItem(says.name, says.args, id);
    const usage = { input_tokens: input, input_tokens_details: { cached_tokens: read }, output_tokens: 20 };
    return sendEvents(eventsOf([item], { usage }));
  }
  const usage = {
    prompt_tokens: input,
    prompt_tokens_details: { cached_tokens: read },
    completion_tokens: 20,
  };
  return typeof says === "string" ? say(says, { usage }) : callTools([{ ...says, id }], { usage });
}

function toolNames({ body }: RecordedRequest): readonly string[] {
  return (body.tools ?? []).map((tool: Reading) => tool.function?.name ?? tool.name);
}

/** The number of the request in its conversation: each turn before it had one call. */
function turnOf({ body }: RecordedRequest): number {
  const { messages = [], input = [] }: Reading = body;
  const blocks = messages.flatMap(({ content }: Reading) => Array.isArray(content) ? content : []);
  const results = [
    ...messages.filter(({ role }: Reading) => role === "tool"),
    ...input.filter(({ type }: Reading) => type === "function_call_output"),
    ...blocks.filter(({ type }: Reading) => type === "tool_result"),
  ];
  return results.length + 1;
}
