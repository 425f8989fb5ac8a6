import assert from "node:assert/strict";
import { believableUsage } from "../../lib/provider/believable_usage.ts";
import { countOf } from "../../lib/provider/loose_values.ts";
import { ReportedUsage } from "../../lib/provider/reported_usage.ts";

const traffic = { sentBytes: 4_000, answerChars: 300, outputLimit: null };

/** [what a server reports for an answer to 4,000 bytes, what is believed of it] */
const REPORTS: readonly (readonly [unknown, object | null])[] = [
  [{ prompt_tokens: 900, completion_tokens: 80 }, { input: 900, cached: 0, output: 80, reasoning: 0 }],
  [{ prompt_tokens: 30_000, completion_tokens: 90_000 }, {
    input: 30_000,
    cached: 0,
    output: 90_000,
    reasoning: 0,
  }],
  [{ prompt_tokens: 10, completion_tokens: 80, prompt_tokens_details: { cached_tokens: 1e12 } }, {
    input: 0,
    cached: 0,
    output: 80,
    reasoning: 0,
  }],
  [{ prompt_tokens: 10, completion_tokens: 80, cached_tokens: 1e12 }, {
    input: 0,
    cached: 0,
    output: 80,
    reasoning: 0,
  }],
  [{ prompt_tokens: 900, completion_tokens: 5e11 }, { input: 900, cached: 0, output: 0, reasoning: 0 }],
  [{ prompt_tokens: 900, completion_tokens: 8, completion_tokens_details: { reasoning_tokens: 1e12 } }, {
    input: 900,
    cached: 0,
    output: 0,
    reasoning: 0,
  }],
  [{ prompt_tokens: 900, completion_tokens: 80, total_tokens: 1e15 }, {
    input: 900,
    cached: 0,
    output: 0,
    reasoning: 0,
  }],
  [{ prompt_tokens: 1e12, completion_tokens: 1e12 }, null],
  [{ prompt_tokens: 1e300, completion_tokens: 1e300 }, null],
  [{ prompt_tokens: 1e300, completion_tokens: 80 }, { input: 0, cached: 0, output: 80, reasoning: 0 }],
];

for (const [usage, believed] of REPORTS) {
  Deno.test(`believableUsage() takes of ${JSON.stringify(usage)} what can be true`, () => {
    const report = new ReportedUsage();
    report.add({ usage });
    assert.deepEqual(believableUsage(report.usage, traffic), believed);
  });
}

Deno.test("believableUsage() believes an answer as long as it was asked to be", () => {
  const usage = { input: 900, cached: 0, output: 1_000_000, reasoning: 0 };
  assert.deepEqual(believableUsage(usage, { ...traffic, outputLimit: 1_000_000 }), usage);
});

Deno.test("countOf() takes nothing for a count that nobody can count to", () => {
  const values = [12, "12", 12.4, 2 ** 53 - 1, 2 ** 53, 1e300, "1e300", Infinity, NaN, -5];
  assert.deepEqual(values.map(countOf), [12, 12, 12, 2 ** 53 - 1, 0, 0, 0, 0, 0, 0]);
});

Deno.test("ReportedUsage believes no cost that no request has", () => {
  for (
    const [usage, usd] of [
      [{ cost: 0.5 }, 0.5],
      [{ cost: 1e300 }, null],
      [{ cost: Infinity }, null],
      [{ cost_in_usd_ticks: 5e9 }, 0.5],
      [{ cost_in_usd_ticks: 1e300 }, null],
    ] as const
  ) {
    const report = new ReportedUsage();
    report.add({ usage });
    assert.equal(report.costUsd, usd, JSON.stringify(usage));
  }
});
