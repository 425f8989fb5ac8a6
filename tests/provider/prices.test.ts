import assert from "node:assert/strict";
import { costOf, mostOf } from "../../lib/provider/prices.ts";
import { affordableOutput } from "../../lib/provider/spend.ts";

const SHORT = { input: 2, cached: 0.2, cache_write: 2.5, output: 10 };
const LONG = { above: 1_000, input: 4, cached: null, cache_write: 5, output: 15 };
const PRICE = { ...SHORT, long: LONG };

const used = (input: number, cached: number, written: number, output: number) => ({
  input,
  cached,
  written,
  output,
  reasoning: 0,
});

/** In millionths of a dollar. */
const CASES: readonly (readonly [claim: string, usage: ReturnType<typeof used>, millionths: number])[] = [
  ["nothing cached", used(1_000, 0, 0, 10), 2_000 + 100],
  ["some read from the cache", used(1_000, 900, 0, 10), 200 + 180 + 100],
  ["some written into it", used(1_000, 500, 400, 0), 200 + 100 + 1_000],
  ["a long request: all of it at the other price", used(1_001, 0, 0, 10), 4_004 + 150],
  ["a long one, for whose cache no price is known: as sent", used(2_000, 1_000, 0, 0), 8_000],
  ["a long one that is written", used(2_000, 0, 2_000, 0), 10_000],
];

for (const [claim, usage, millionths] of CASES) {
  Deno.test(`costOf() counts ${claim}`, () => {
    assert.equal(Math.round(1e9 * (costOf(usage, PRICE) ?? NaN)), 1e3 * millionths);
    assert.ok((mostOf(usage, PRICE) ?? 0) >= (costOf(usage, PRICE) ?? NaN), "the most is no less");
  });
}

Deno.test("costOf() and mostOf() are null without a price", () => {
  assert.deepEqual([costOf(used(1, 0, 0, 1), null), mostOf(used(1, 0, 0, 1), null)], [null, null]);
});

Deno.test("affordableOutput() is what the rest pays for, by the price of a request of that length", () => {
  const left = { usd: 0.01, tokens: Infinity, requests: Infinity };
  for (const input of [0, 500, 1_000, 1_001, 1_500]) {
    const output = affordableOutput(left, input, PRICE);
    const cost = (tokens: number) => mostOf({ input, output: tokens }, PRICE) ?? NaN;
    assert.ok(cost(output) <= 0.01 + 1e-12 && cost(output + 1) > 0.01 - 1e-12, `${input}: ${output}`);
  }
  assert.equal(affordableOutput(left, 4_000, PRICE), -1);
});
