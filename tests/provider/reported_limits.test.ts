import assert from "node:assert/strict";
import { reportedLimits } from "../../lib/provider/reported_limits.ts";

function read(left: string, reset: string): number | null | undefined {
  const headers = new Headers({
    "x-ratelimit-remaining-requests": left,
    "x-ratelimit-reset-requests": reset,
  });
  return reportedLimits(headers)?.requests?.resetMs;
}

Deno.test("reportedLimits() reads durations and seconds, and nothing that is neither", () => {
  const read1 = (reset: string) => read("1", reset);
  assert.deepEqual(["6m0s", "1.5s", "20ms", "1h1m1s", "12"].map(read1), [
    360_000,
    1_500,
    20,
    3_661_000,
    12_000,
  ]);
  assert.deepEqual(["1763712000", "soon", "", "1w"].map(read1), Array(4).fill(undefined));
  assert.equal(read("many", "1s"), undefined);
});

Deno.test("reportedLimits() says nothing of a half of a pair", () => {
  assert.equal(reportedLimits(new Headers({ "x-ratelimit-remaining-tokens": "5" })), null);
});
