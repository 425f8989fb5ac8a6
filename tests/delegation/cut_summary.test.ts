import assert from "node:assert/strict";
import fc from "fast-check";
import { cutSummary, shareOf } from "../../lib/delegation/cut_summary.ts";

const nowhere = () => null;

Deno.test("cutSummary() leaves a summary that fits as it is and saves nothing", () => {
  const save = () => assert.fail("it was saved");
  assert.deepEqual(cutSummary("ten chars.", 10, save), { summary: "ten chars.", summary_truncated: false });
  assert.deepEqual(cutSummary(null, 10, save), { summary: null, summary_truncated: false });
});

Deno.test("cutSummary() keeps head and tail and names the file with the whole", () => {
  const whole = "HEAD" + "x".repeat(5000) + "TAIL";
  const saved: string[] = [];
  const cut = cutSummary(whole, 1000, (text) => {
    saved.push(text);
    return "/home/spill/t00001.md";
  });
  assert.deepEqual([saved, cut.summary_truncated, cut.summary_path], [
    [whole],
    true,
    "/home/spill/t00001.md",
  ]);
  assert.match(
    cut.summary ?? "",
    /^HEADx+\n\[… \d+ characters left out; the whole is in \/home\/spill\/t00001\.md …\]\nx+TAIL$/,
  );
});

Deno.test("cutSummary() says how much is missing, also when there is no file", () => {
  const { summary } = cutSummary("é".repeat(500), 100, nowhere);
  const missing = Number(/\[… (\d+) characters left out …\]/.exec(summary ?? "")?.[1]);
  assert.equal(summary?.match(/é/g)?.length, 500 - missing);
});

Deno.test("cutSummary() never exceeds its limit and stays well-formed", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "é", "😀", "\n"), maxLength: 400 });
  fc.assert(fc.property(text, fc.integer({ min: 80, max: 300 }), (whole, limit) => {
    const { summary, summary_truncated } = cutSummary(whole, limit, nowhere);
    assert.ok(summary !== null && summary.length <= limit, `${summary?.length} > ${limit}`);
    assert.ok(summary.isWellFormed());
    assert.equal(summary_truncated, whole.length > limit);
  }));
});

Deno.test("shareOf() shares 48,000 characters evenly, up to the limit of one", () => {
  assert.deepEqual([0, 1, 2, 3, 48].map((n) => shareOf(n, 24_000)), [24_000, 24_000, 24_000, 16_000, 1_000]);
});
