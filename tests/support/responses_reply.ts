import { openStream, raw, type RecordedRequest, type Reply, sse } from "./scripted_server.ts";
import type { Reading } from "./wire_reading.ts";

// Answers of the Responses wire, spelled as OpenAI's reference spells them.

/** An output item or an event, as it goes over the wire. */
export type Wired = Readonly<Record<string, unknown>>;

/** The body of a Responses request. */
export function responsesBodyOf({ body }: RecordedRequest): Reading {
  return body;
}

/** A message of the assistant. */
export function messageItem(text: string, more: Wired = {}): Wired {
  const content = [{ type: "output_text", text, annotations: [] }];
  return {
    type: "message",
    id: `msg_${text.length}`,
    role: "assistant",
    status: "completed",
    content,
    ...more,
  };
}

/** A call of a function; `args` an object, or a string that is sent as it is. */
export function callItem(name: string, args: unknown, callId = `call_${name}`): Wired {
  const text = typeof args === "string" ? args : JSON.stringify(args);
  return {
    type: "function_call",
    id: `fc_${callId}`,
    call_id: callId,
    name,
    arguments: text,
    status: "completed",
  };
}

/** Reasoning that only its server can read, with a summary that people can. */
export function reasoningItem(encrypted: string, summary: readonly string[] = []): Wired {
  const parts = summary.map((text) => ({ type: "summary_text", text }));
  return { type: "reasoning", id: `rs_${encrypted}`, summary: parts, encrypted_content: encrypted };
}

/** A whole response. */
export function response(output: readonly Wired[], more: Wired = {}): Wired {
  const usage = {
    input_tokens: 100,
    input_tokens_details: { cached_tokens: 64 },
    output_tokens: 20,
    output_tokens_details: { reasoning_tokens: 8 },
    total_tokens: 120,
  };
  return { id: "resp_1", object: "response", status: "completed", error: null, output, usage, ...more };
}

/** All events of an answer, each item in pieces of at most five characters. */
export function eventsOf(output: readonly Wired[], more: Wired = {}): readonly Wired[] {
  return [
    { type: "response.created", response: { status: "in_progress", output: [] } },
    ...output.flatMap((item, index) => [
      { type: "response.output_item.added", output_index: index, item: emptied(item) },
      ...pieceEvents(item).map((event) => ({ ...event, output_index: index, item_id: item.id })),
      { type: "response.output_item.done", output_index: index, item },
    ]),
    { type: "response.completed", response: response(output, more) },
  ];
}

/** Sends these events and ends the stream. */
export function sendEvents(events: readonly Wired[]): Reply {
  return raw((response) => {
    openStream(response);
    for (const event of events) response.write(`event: ${event.type}\n${sse(event)}`);
    response.end();
  });
}

/** An answer of these items, streamed as OpenAI does. */
export function respond(...output: readonly Wired[]): Reply {
  return sendEvents(eventsOf(output));
}

function emptied(item: Wired): Wired {
  const rest = { ...item, status: "in_progress" };
  if (item.type === "function_call") return { ...rest, arguments: "" };
  return item.type === "message" ? { ...rest, content: [] } : { ...rest, summary: [], encrypted_content: "" };
}

function pieceEvents(item: Reading): readonly Wired[] {
  if (item.type === "function_call") {
    const deltas = cut(item.arguments).map((delta) => ({
      type: "response.function_call_arguments.delta",
      delta,
    }));
    return [...deltas, { type: "response.function_call_arguments.done", arguments: item.arguments }];
  }
  if (item.type === "message") {
    return cut(item.content[0].text).map((delta) => ({
      type: "response.output_text.delta",
      content_index: 0,
      delta,
    }));
  }
  return item.summary.flatMap(({ text }: Reading, summary_index: number) =>
    cut(text).map((delta) => ({ type: "response.reasoning_summary_text.delta", summary_index, delta }))
  );
}

function cut(text: string): string[] {
  return text.match(/.{1,5}/gsu) ?? [];
}
