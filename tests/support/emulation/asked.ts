import type { RecordedRequest } from "../scripted_server.ts";
import type { Reading } from "../wire_reading.ts";

/** A call as it stands in a history. */
export interface AskedCall {
  readonly id: string;
  readonly name: string;
}

/** One entry of a history, the same whatever wire it came over. */
export interface Entry {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly text: string;
  readonly calls: readonly AskedCall[];
  /** Of a result: the call that it answers. */
  readonly callId: string | null;
}

/** A request as its server understands it. */
export interface Asked {
  readonly request: RecordedRequest;
  /** Whose key it came with. */
  readonly account: string;
  readonly entries: readonly Entry[];
  readonly tools: readonly string[];
  readonly mayCall: boolean;
}

/** Reads a request of any of the three wires. */
export function readAsked(request: RecordedRequest): Asked {
  const body: Reading = request.body;
  const { authorization, "x-api-key": key } = request.headers;
  const choice = body.tool_choice?.type ?? body.tool_choice;
  const tools = (body.tools ?? []).map((tool: Reading) => tool.function?.name ?? tool.name);
  return {
    request,
    account: String(key ?? authorization ?? "none").replace("Bearer ", ""),
    entries: READERS[request.operation](body),
    tools,
    mayCall: tools.length > 0 && choice !== "none",
  };
}

/** The text of content in any of its shapes. */
export function textOf(content: Reading): string {
  if (!Array.isArray(content)) return typeof content === "string" ? content : "";
  return content.map((part) => part.text ?? part.content ?? "").join("");
}

const READERS: Readonly<Record<RecordedRequest["operation"], (body: Reading) => Entry[]>> = {
  "chat/completions": (body) => body.messages.map(chatEntry),
  messages: (body) => [
    ...(body.system === undefined ? [] : [entry("system", textOf(body.system))]),
    ...body.messages.flatMap(blockEntries),
  ],
  responses: (body) => [
    ...(body.instructions === undefined ? [] : [entry("system", body.instructions)]),
    ...joined(body.input.flatMap(itemEntries)),
  ],
};

function entry(role: Entry["role"], text: string, more: Partial<Entry> = {}): Entry {
  return { role, text, calls: [], callId: null, ...more };
}

function chatEntry({ role, content, tool_calls: calls = [], tool_call_id: callId = null }: Reading): Entry {
  const named = calls.map((call: Reading) => ({ id: call.id, name: call.function.name }));
  return entry(role, textOf(content), { calls: named, callId });
}

function blockEntries({ role, content }: Reading): Entry[] {
  const blocks = typeof content === "string" ? [{ type: "text", text: content }] : content;
  const texts = blocks.filter(({ type }: Reading) => type === "text");
  if (role === "assistant") {
    const calls = blocks.filter(({ type }: Reading) => type === "tool_use");
    return [entry("assistant", textOf(texts), { calls })];
  }
  const results = blocks.filter(({ type }: Reading) => type === "tool_result");
  return [
    ...results.map((each: Reading) => entry("tool", textOf(each.content), { callId: each.tool_use_id })),
    ...texts.map((each: Reading) => entry("user", each.text)),
  ];
}

function itemEntries(item: Reading): Entry[] {
  if (item.type === "function_call_output") return [entry("tool", item.output, { callId: item.call_id })];
  if (item.type === "function_call") {
    return [entry("assistant", "", { calls: [{ id: item.call_id, name: item.name }] })];
  }
  return item.type === "message" ? [entry(item.role, textOf(item.content))] : [];
}

/** Items of one answer in one entry. */
function joined(entries: readonly Entry[]): Entry[] {
  const all: Entry[] = [];
  for (const each of entries) {
    const before = all.at(-1);
    if (each.role === "assistant" && before?.role === "assistant") {
      const calls = [...before.calls, ...each.calls];
      all[all.length - 1] = entry("assistant", before.text + each.text, { calls });
    } else all.push(each);
  }
  return all;
}
