import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { exitOfError } from "../../lib/cli/exit_codes.ts";
import type { ModelReply } from "../../lib/provider/provider.ts";
import { ProviderError, toWireError } from "../../lib/support/errors.ts";
import { ask, HELLO } from "../provider/ask_model.ts";
import { messageEvents, textBlock, thinkingBlock, toolUse } from "./messages_reply.ts";
import { callItem, eventsOf, messageItem, reasoningItem, response } from "./responses_reply.ts";
import { chunk, raw, sse, startScriptedServer } from "./scripted_server.ts";

/** Bytes that a server answers with, and over which wire it was asked. */
export interface AnyAnswer {
  readonly api: "chat" | "responses" | "messages";
  readonly status: number;
  readonly type: string;
  readonly bytes: Uint8Array;
}

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
const CALL = { index: 0, id: "c1", type: "function", function: { name: "a", arguments: '{"x":"ü"}' } };
const WHOLE = { role: "assistant", content: "<think>hm</think>Well – 𝄞.", tool_calls: [CALL] };
const ITEMS = [reasoningItem("enc", ["hm"]), messageItem("Well."), callItem("a", { x: 1 })];
const BLOCKS = [thinkingBlock("hm"), textBlock("Well."), toolUse("a", { x: 1 })];

/** Small answers in good order, and errors, from which the others are made. */
const BODIES: readonly string[] = [
  [
    chunk({ role: "assistant", content: "", reasoning_content: "hm" }),
    chunk({ content: [{ type: "thinking", thinking: [{ type: "text", text: "hm" }] }] }),
    chunk({ content: "Well – 𝄞." }),
    chunk({ tool_calls: [CALL] }),
    chunk({}, "stop"),
    { choices: [], usage: USAGE, x_groq: { usage: USAGE } },
    "[DONE]",
  ].map(sse).join(": alive\n\n"),
  JSON.stringify({
    object: "chat.completion",
    choices: [{ message: WHOLE, finish_reason: "stop" }],
    usage: USAGE,
  }),
  eventsOf(ITEMS).map((event) => `event: ${event.type}\r\n${sse(event)}`).join(""),
  JSON.stringify(response(ITEMS)),
  messageEvents(BLOCKS).map((event) => `event: ${event.type}\n${sse(event)}`).join(""),
  JSON.stringify({ type: "message", content: BLOCKS, stop_reason: "tool_use", usage: { input_tokens: 1 } }),
  `event: error\n${sse({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } })}`,
  `error: ${JSON.stringify({ code: 500, message: "it broke" })}\n\n`,
  JSON.stringify({
    error: { message: "Rate limit", code: "rate_limit_exceeded", metadata: { raw: '{"error":"x"}' } },
  }),
  "<!DOCTYPE html><title>Sign in</title>",
];

/** What stands where something was: what parsers stumble over. */
const BITS = [
  ...["", "\n", "\r", "\n\n", "data:", "data: ", ":", "event: error\n", "[DONE]", "\ufeff", "\u0000"],
  ...[
    "null",
    "{}",
    "[]",
    "[[",
    "-1",
    "1e999",
    '"',
    "\\",
    "{",
    "}",
    "]",
    ",",
    '"index":',
    "\\ud83d",
    "<think>",
  ],
  ...['"__proto__"', '"constructor"', '"length"', '"error":', '"usage":', "true", "99999999999999999999"],
];

type Change =
  | { readonly cut: number; readonly length: number; readonly bit: string }
  | { readonly copy: number; readonly length: number; readonly to: number }
  | { readonly at: number; readonly byte: number };

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ cut: fc.nat(), length: fc.nat(40), bit: fc.oneof(fc.constantFrom(...BITS), fc.string()) }),
  fc.record({ copy: fc.nat(), length: fc.nat(300), to: fc.nat() }),
  fc.record({ at: fc.nat(), byte: fc.nat(255) }),
);

function changed(bytes: Buffer, each: Change): Buffer {
  const at = (position: number) => position % (bytes.length + 1);
  if ("bit" in each) {
    const from = at(each.cut);
    return Buffer.concat([
      bytes.subarray(0, from),
      Buffer.from(each.bit),
      bytes.subarray(from + each.length),
    ]);
  }
  if ("copy" in each) {
    const piece = bytes.subarray(at(each.copy), at(each.copy) + each.length);
    return Buffer.concat([bytes.subarray(0, at(each.to)), piece, bytes.subarray(at(each.to))]);
  }
  const other = Buffer.from(bytes);
  if (other.length > 0) other[each.at % other.length] = each.byte;
  return other;
}

/** An answer of any kind to a request over any wire, with up to eight changes at any place; or bytes of no kind. */
export const anyAnswer: fc.Arbitrary<AnyAnswer> = fc.record({
  api: fc.constantFrom("chat", "responses", "messages"),
  status: fc.constantFrom(200, 200, 200, 200, 201, 400, 401, 404, 429, 500),
  type: fc.constantFrom("text/event-stream", "application/json", "text/html", "application/octet-stream"),
  bytes: fc.oneof(
    {
      weight: 20,
      arbitrary: fc.tuple(fc.constantFrom(...BODIES), fc.array(change, { maxLength: 8 })).map((
        [body, changes],
      ) => changes.reduce(changed, Buffer.from(body))),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  ),
});

/** A server that says whatever it is told to. */
export class AnyServer {
  #answer: AnyAnswer | null = null;
  #server: Awaited<ReturnType<typeof startScriptedServer>> | null = null;

  /** Starts it. */
  static async start(): Promise<AnyServer & AsyncDisposable> {
    const any = new AnyServer();
    const server = any.#server = await startScriptedServer(() =>
      raw((to) => {
        const { status, type, bytes } = any.#answer!; // no request comes before it is set
        to.writeHead(status, { "content-type": type });
        to.write(bytes.subarray(0, bytes.length >> 1));
        to.end(bytes.subarray(bytes.length >> 1));
      })
    );
    return Object.assign(any, { [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() });
  }

  /** Asks for an answer, and once more with that answer in the history; both end as a user can be told. */
  async check(answer: AnyAnswer): Promise<void> {
    this.#answer = answer;
    const { api } = answer;
    const { baseUrl } = this.#server!; // started
    const { reply, error, outcomes } = await ask(baseUrl, { api, idleMs: 5_000 });
    assert.ok(outcomes.length > 0, "each lease comes back");
    for (const { usage } of outcomes) {
      const counts = usage === null ? [] : Object.values(usage);
      assert.ok(counts.every((count) => Number.isSafeInteger(count) && count >= 0), JSON.stringify(usage));
    }
    if (reply === null) return assertTold(error);
    assertWhole(reply);
    const results = reply.message.toolCalls.map(({ id }) =>
      ({ role: "tool", callId: id, content: "done" }) as const
    );
    const messages = [...HELLO.messages, reply.message, ...results];
    const again = await ask(baseUrl, { api, idleMs: 5_000, request: { messages, tools: [] } });
    if (again.reply === null) assertTold(again.error);
  }
}

/** A code of the contract, in a line of words without a stack. */
function assertTold(error: unknown): void {
  assert.ok(error instanceof ProviderError, error instanceof Error ? error.stack : String(error));
  const exit = exitOfError(toWireError(error));
  assert.ok([1, 75, 78].includes(exit), `exit ${exit} for ${error.code}`);
  assert.match(error.message, /^[^\n]+$/);
}

function assertWhole({ message, finish }: ModelReply): void {
  const { content, toolCalls, reasoning = "" } = message;
  assert.equal(typeof content + typeof reasoning, "stringstring");
  for (const call of toolCalls) assert.ok(call.id !== "" && call.name !== "" && call.arguments !== "");
  assert.equal(new Set(toolCalls.map(({ id }) => id)).size, toolCalls.length);
  if (finish === "tool_calls") assert.ok(toolCalls.length > 0);
}
