import assert from "node:assert/strict";
import fc from "fast-check";
import { chunksOf } from "../../lib/provider/event_stream.ts";
import type { Lease } from "../../lib/provider/provider.ts";
import type { WatchedResponse } from "../../lib/provider/watched_body.ts";

/** What is read of an event stream that comes in these pieces. */
async function chunks(pieces: readonly Uint8Array[]): Promise<unknown[]> {
  const response = {
    headers: new Headers({ "content-type": "text/event-stream" }),
    body: ReadableStream.from(pieces),
  } as Pick<WatchedResponse, "headers" | "body"> as WatchedResponse; // nothing else of it is looked at
  const lease = { provider: "test", baseUrl: "http://127.0.0.1:1" } as Lease; // named in errors only
  return await Array.fromAsync(chunksOf(response, { lease, maxBytes: 1_000 }));
}

Deno.test("chunksOf() reads the same wherever the stream is cut, whatever ends its lines", async () => {
  const line = fc.tuple(fc.constantFrom("\n", "\r\n"), fc.string({ unit: "grapheme" }));
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat(), { maxLength: 8 }), async (lines, cuts) => {
      const text = lines.map(([end, words]) => `: ping${end}data: ${JSON.stringify({ words })}${end}${end}`);
      const bytes = new TextEncoder().encode(`\ufeff${text.join("")}`);
      const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      assert.deepEqual(await chunks(pieces), lines.map(([, words]) => ({ words })));
    }),
  );
});

Deno.test("chunksOf() reads a last event without a blank line, and nothing after [DONE]", async () => {
  const read = (text: string) => chunks([new TextEncoder().encode(text)]);
  assert.deepEqual(await read('data: {"a":1}\n\ndata: {"b":2}'), [{ a: 1 }, { b: 2 }]);
  assert.deepEqual(await read('data: {"a":1}\n\ndata: [DONE]\n\ndata: {"b":2}\n\n'), [{ a: 1 }]);
});
