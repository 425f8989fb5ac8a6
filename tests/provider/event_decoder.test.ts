import assert from "node:assert/strict";
import fc from "fast-check";
import { EventDecoder, type StreamedEvent } from "../../lib/provider/event_decoder.ts";

/** The events of a stream that comes in these pieces. */
function decoded(pieces: readonly (string | Uint8Array)[]): StreamedEvent[] {
  const decoder = new EventDecoder();
  const events = pieces.flatMap((piece) =>
    decoder.push(typeof piece === "string" ? new TextEncoder().encode(piece) : piece)
  );
  return [...events, ...decoder.end()];
}

Deno.test("an event is its name and its lines of data; comments, unknown fields and events without data are none", () => {
  const cases: [text: string, events: StreamedEvent[]][] = [
    ["data: a\n\ndata:b\n\n", [{ name: "", data: "a" }, { name: "", data: "b" }]],
    ["event: error\ndata: x\n\ndata: y\n\n", [{ name: "error", data: "x" }, { name: "", data: "y" }]],
    ["data: one\ndata:  two\ndata\n\n", [{ name: "", data: "one\n two\n" }]],
    [": keep-alive\n\nid: 1\nretry: 5\ndata: a\n\n\n", [{ name: "", data: "a" }]],
    ["event: ping\n\ndata: a\n\n", [{ name: "", data: "a" }]],
    ["\ufeffdata: a\r\n\r\ndata: b\r\rdata: c\n\r\n", ["a", "b", "c"].map((data) => ({ name: "", data }))],
    ["data: the last, without a blank line", [{ name: "", data: "the last, without a blank line" }]],
    ["", []],
  ];
  for (const [text, events] of cases) assert.deepEqual(decoded([text]), events, JSON.stringify(text));
});

Deno.test("a line end in a piece of its own ends the event at once", () => {
  const decoder = new EventDecoder();
  const push = (text: string) => decoder.push(new TextEncoder().encode(text)).map(({ data }) => data);
  assert.deepEqual(["data: a\r", "\r", "\n", "data: b", "\n\n"].map(push), [[], ["a"], [], [], ["b"]]);
});

Deno.test("a stream means the same wherever it is cut", () => {
  const line = fc.oneof(
    fc.constantFrom("data: ä€😀", "data:", "event: error", ": comment", "", "data"),
    fc.string().map((text) => `data: ${text}`),
  );
  const text = fc.array(fc.tuple(line, fc.constantFrom("\n", "\r\n", "\r"))).map((lines) =>
    lines.flat().join("")
  );
  fc.assert(
    fc.property(text, fc.array(fc.nat(), { maxLength: 8 }), (whole, cuts) => {
      const bytes = new TextEncoder().encode(whole);
      const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
      const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      assert.deepEqual(decoded(pieces), decoded([bytes]));
    }),
  );
});
