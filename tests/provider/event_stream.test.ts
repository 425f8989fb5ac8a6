import assert from "node:assert/strict";
import fc from "fast-check";
import { readingError } from "../../lib/provider/answer_errors.ts";
import { sentIn } from "../../lib/provider/event_stream.ts";
import type { Sent } from "../../lib/provider/sent_answer.ts";
import type { Lease } from "../../lib/provider/provider.ts";
import type { WatchedResponse } from "../../lib/provider/watched_body.ts";
import { ProviderError } from "../../lib/support/errors.ts";
import { sse } from "../support/scripted_server.ts";

const LEASE = { provider: "test", baseUrl: "http://127.0.0.1:1" } as Lease; // named in errors only

/** What is read of a body that comes in these pieces. */
async function sent(pieces: readonly Uint8Array[]): Promise<Sent[]> {
  const response = {
    headers: new Headers(),
    body: ReadableStream.from(pieces),
  } as Pick<WatchedResponse, "headers" | "body"> as WatchedResponse; // nothing else of it is looked at
  return await Array.fromAsync(sentIn(response, LEASE));
}

/** What is read of a text, the same in pieces of every size; an error is its code and whether to try again. */
async function read(text: string): Promise<unknown> {
  const bytes = new TextEncoder().encode(text);
  const readings = [];
  for (const size of [bytes.length || 1, 7, 1]) {
    const count = Math.ceil(bytes.length / size);
    const pieces = Array.from({ length: count }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
    readings.push(
      await sent(pieces).catch((error) => {
        const { code, retryable } = readingError(error, LEASE);
        return [code, retryable];
      }),
    );
  }
  assert.deepEqual(readings[1], readings[0]);
  assert.deepEqual(readings[2], readings[0]);
  return readings[0];
}

function chunks(...all: readonly object[]): object[] {
  return all.map((chunk) => ({ type: "chunk", chunk }));
}

const DONE = { type: "done" };
const A = { a: 1 };
const B = { b: "ü – 𝄞" };

Deno.test("sentIn() reads the same wherever the stream is cut, whatever ends its lines", async () => {
  const line = fc.tuple(fc.constantFrom("\n", "\r\n", "\r"), fc.string({ unit: "grapheme" }));
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat(), { maxLength: 8 }), async (lines, cuts) => {
      const text = lines.map(([end, words]) => `: ping${end}data: ${JSON.stringify({ words })}${end}${end}`);
      const bytes = new TextEncoder().encode(`\ufeff${text.join("")}`);
      const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      assert.deepEqual(await sent(pieces), chunks(...lines.map(([, words]) => ({ words }))));
    }),
  );
});

const EVENTS: readonly (readonly [claim: string, text: string, sent: readonly object[]])[] = [
  ["a last event without a blank line", 'data: {"a":1}\n\ndata: {"b":"ü – 𝄞"}', chunks(A, B)],
  ["nothing after [DONE]", 'data: {"a":1}\n\ndata: [DONE]\n\ndata: {"b":2}\n\n', [...chunks(A), DONE]],
  ["[DONE] in other spellings", "data:[done] \n\n", [DONE]],
  ["[DONE] as JSON", 'data: "[DONE]"\n\n', [DONE]],
  ["data over several lines", 'data: {"a":\ndata: 1}\n\n', chunks(A)],
  ["events without blank lines between them", 'data: {"a":1}\ndata: {"b":"ü – 𝄞"}\ndata: [DONE]\n', [
    ...chunks(A, B),
    DONE,
  ]],
  ["comments", ': OPENROUTER PROCESSING\n\n:\n\ndata: {"a":1}\n\n', chunks(A)],
  ["keep-alives without JSON", 'data: ping\n\ndata:\n\ndata\n\ndata: [PING]\n\ndata: {"a":1}\n\n', chunks(A)],
  [
    "keep-alives of JSON",
    'data: null\n\ndata: "ping"\n\ndata: 1\n\ndata: true\n\ndata: {"a":1}\n\n',
    chunks(A),
  ],
  ["other fields", 'id: 7\nretry: 10\nunknown: x\ndata: {"a":1}\n\n', chunks(A)],
  ["an event within an event", 'data: data: {"a":1}\n\n', chunks(A)],
  ["a list of chunks", 'data: [{"a":1},{"b":"ü – 𝄞"}]\n\n', chunks(A, B)],
  ["a chunk in a string", `data: ${JSON.stringify('{"a":1}')}\n\n`, chunks(A)],
  [
    "an event's name as its type",
    'event: response.done\ndata: {"a":1}\n\n',
    chunks({ a: 1, type: "response.done" }),
  ],
  ["a type before an event's name", 'event: x\ndata: {"type":"y"}\n\n', chunks({ type: "y" })],
  ["an event named error", 'event: error\ndata: {"a":1}\n\n', [{ type: "failure", failure: A }]],
  ["an event named error in words", "event: error\ndata: it broke\n\n", [{
    type: "failure",
    failure: "it broke",
  }]],
  ["a field named error", 'error: {"a":1}\n\n', [{ type: "failure", failure: A }]],
  ["a document", '{"a":1}', [...chunks(A), DONE]],
  ["a document over several lines", '\n{\n  "a":\n\n 1\n}\n', [...chunks(A), DONE]],
  ["a document that is a list", '[{"a":1}]', [...chunks(A), DONE]],
  ["a document after comments", ': alive\n\n{"a":1}', [...chunks(A), DONE]],
  ["a document on each line", '{"a":1}\n{"b":"ü – 𝄞"}\n', chunks(A, B)],
  ["a document after events", 'data: {"a":1}\n\n{\n"b":"ü – 𝄞"}\n', chunks(A, B)],
  ["words after events", 'data: {"a":1}\n\nupstream connect error\n', chunks(A)],
  ["nothing", "", []],
];

for (const [claim, text, expected] of EVENTS) {
  Deno.test(`sentIn() reads ${claim}, in pieces of any size`, async () => {
    assert.deepEqual(await read(text), expected);
    assert.deepEqual(await read(`\ufeff${text.replaceAll("\n", "\r\n")}`), expected, "with CRLF");
    assert.deepEqual(await read(text.replaceAll("\n", "\r")), expected, "with CR");
  });
}

const BROKEN: readonly (readonly [claim: string, text: string, error: readonly [string, boolean]])[] = [
  ["a chunk that is no JSON", "data: {oops\n\n", ["malformed", true]],
  ["a document that was cut", '{"choices"', ["malformed", true]],
  ["a document that was cut after events", 'data: {"a":1}\n\n{"choices"', ["malformed", true]],
  ["what is nested without end", `data: {"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}`, [
    "malformed",
    true,
  ]],
  ["a document that is nested without end", `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`, [
    "malformed",
    true,
  ]],
  ["words", "upstream connect error", ["malformed", true]],
  ["a web page", "<!DOCTYPE html>\n<title>Sign in</title>", ["malformed", false]],
];

for (const [claim, text, error] of BROKEN) {
  Deno.test(`sentIn() does not take ${claim} for an answer`, async () => {
    assert.deepEqual(await read(text), error);
  });
}

Deno.test("sentIn() does not mind brackets in strings", async () => {
  const words = `${"[{".repeat(2_000)}\\"\\\\`;
  assert.deepEqual(await read(sse({ words })), chunks({ words }));
});

Deno.test("readingError() takes what it does not know for a connection that broke", () => {
  const { code, retryable } = readingError(new TypeError("network"), LEASE);
  assert.deepEqual([code, retryable], ["cut", true]);
  const known = new ProviderError("auth", "no", { retryable: false });
  assert.equal(readingError(known, LEASE), known);
});
