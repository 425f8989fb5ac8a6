import { openStream, raw, type RecordedRequest, type Reply, sse } from "./scripted_server.ts";
import type { Wired } from "./responses_reply.ts";
import type { Reading } from "./wire_reading.ts";

// Answers of the Messages wire, spelled as Anthropic's reference spells them.

/** The body of a Messages request. */
export function messagesBodyOf({ body }: RecordedRequest): Reading {
  return body;
}

/** A block of text. */
export function textBlock(text: string): Wired {
  return { type: "text", text };
}

/** A block of thinking with what its server checks it by. */
export function thinkingBlock(thinking: string, signature = `sig-of-${thinking.length}`): Wired {
  return { type: "thinking", thinking, signature };
}

/** A call of a tool. */
export function toolUse(name: string, input: object, id = `toolu_${name}`): Wired {
  return { type: "tool_use", id, name, input };
}

/** How an answer of blocks ends and what it cost. */
export interface MessagesEnd {
  readonly stop?: string;
  readonly usage?: Wired;
  /** Counts that only come at the end. */
  readonly lastUsage?: Wired;
}

/** All events of an answer, each block in pieces of at most five characters. */
export function messageEvents(blocks: readonly Wired[], end: MessagesEnd = {}): readonly Wired[] {
  const isCalling = blocks.some(({ type }) => type === "tool_use");
  const { stop = isCalling ? "tool_use" : "end_turn" } = end;
  const { usage = { input_tokens: 100, cache_read_input_tokens: 0, output_tokens: 1 } } = end;
  const message = { id: "msg_1", type: "message", role: "assistant", content: [], stop_reason: null, usage };
  return [
    { type: "message_start", message },
    { type: "ping" },
    ...blocks.flatMap(blockEvents),
    { type: "message_delta", delta: { stop_reason: stop }, usage: end.lastUsage ?? { output_tokens: 20 } },
    { type: "message_stop" },
  ];
}

/** An answer of these blocks, streamed as Anthropic does. */
export function answerBlocks(...blocks: readonly Wired[]): Reply {
  return sendMessageEvents(messageEvents(blocks));
}

/** Sends these events and ends the stream. */
export function sendMessageEvents(events: readonly Wired[]): Reply {
  return raw((response) => {
    openStream(response);
    for (const event of events) response.write(`event: ${event.type}\n${sse(event)}`);
    response.end();
  });
}

function blockEvents(block: Wired, index: number): readonly Wired[] {
  return [
    { type: "content_block_start", index, content_block: emptied(block) },
    ...deltasOf(block).map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
}

function emptied(block: Wired): Wired {
  if (block.type === "text") return { ...block, text: "" };
  if (block.type === "thinking") return { ...block, thinking: "", signature: "" };
  return block.type === "tool_use" ? { ...block, input: {} } : block;
}

function deltasOf(block: Wired): readonly Wired[] {
  switch (block.type) {
    case "text":
      return pieces(String(block.text)).map((text) => ({ type: "text_delta", text }));
    case "thinking":
      return [
        ...pieces(String(block.thinking)).map((thinking) => ({ type: "thinking_delta", thinking })),
        { type: "signature_delta", signature: block.signature },
      ];
    case "tool_use":
      return pieces(JSON.stringify(block.input)).map((json) => ({
        type: "input_json_delta",
        partial_json: json,
      }));
    default:
      return [];
  }
}

function pieces(text: string): readonly string[] {
  return text.match(/[^]{1,5}/g) ?? [];
}
