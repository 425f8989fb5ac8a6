import assert from "node:assert/strict";
import { CarriedFields } from "../../lib/provider/carried_fields.ts";

function collected(...deltas: readonly Record<string, unknown>[]) {
  const carried = new CarriedFields(new Set(["content", "role"]));
  for (const delta of deltas) carried.add(delta);
  return carried.fields;
}

Deno.test("CarriedFields joins text in pieces and leaves out what the protocol knows", () => {
  const fields = collected({ role: "assistant", content: "a", reasoning_content: "I " }, {
    reasoning_content: "see",
  });
  assert.deepEqual(fields, { reasoning_content: "I see" });
});

Deno.test("CarriedFields has nothing where nothing came but blanks, numbers and flags", () => {
  assert.equal(
    collected({ content: "a" }, { reasoning: "", details: [], extra: {}, index: 1, done: true }),
    null,
  );
});

Deno.test("CarriedFields continues the entry of a list with the same index and kind", () => {
  const fields = collected(
    { reasoning_details: [{ type: "reasoning.text", text: "I ", index: 0, format: "f", id: "r1" }] },
    { reasoning_details: [{ type: "reasoning.text", text: "see", index: 0, format: "f" }] },
    { reasoning_details: [{ type: "reasoning.text", signature: "sig", index: 0 }] },
    { reasoning_details: [{ type: "reasoning.encrypted", data: "abc", index: 1 }] },
  );
  assert.deepEqual(fields, {
    reasoning_details: [
      { type: "reasoning.text", text: "I see", index: 0, format: "f", id: "r1", signature: "sig" },
      { type: "reasoning.encrypted", data: "abc", index: 1 },
    ],
  });
});

Deno.test("CarriedFields begins another entry after a signature, another id, or within one delta", () => {
  const text = (more: object) => ({ type: "reasoning.text", index: 0, ...more });
  const fields = collected(
    { reasoning_details: [text({ text: "a", signature: "s1" })] },
    { reasoning_details: [text({ text: "b", id: "r1" })] },
    { reasoning_details: [text({ text: "c", id: "r2" })] },
    { reasoning_details: [text({ text: "d", id: "r3" }), text({ text: "e", id: "r3" })] },
  );
  const texts = (fields?.reasoning_details as { text: string }[]).map((entry) => entry.text);
  assert.deepEqual(texts, ["a", "b", "c", "d", "e"]);
});

Deno.test("CarriedFields takes an object told of more than once for one, its text not doubled", () => {
  const signed = { extra_content: { google: { thought_signature: "AbC" } } };
  assert.deepEqual(collected(signed, { content: "x" }, signed), signed);
  assert.deepEqual(collected(signed, { extra_content: { google: { other: "o" } } }), {
    extra_content: { google: { thought_signature: "AbC", other: "o" } },
  });
});
