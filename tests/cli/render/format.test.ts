import assert from "node:assert/strict";
import { formatCost, formatDuration, formatTokens } from "../../../lib/cli/render/format.ts";

Deno.test("formatDuration() shows two units at most", () => {
  const seconds = [0, 0.44, 9.94, 9.96, 59.4, 59.6, 60, 185, 3599.4, 3600, 7740, 86_399, 86_400, 349_200];
  assert.deepEqual(seconds.map(formatDuration), [
    "0.0s",
    "0.4s",
    "9.9s",
    "10s",
    "59s",
    "1m00s",
    "1m00s",
    "3m05s",
    "59m59s",
    "1h00m",
    "2h09m",
    "23h59m",
    "1d00h",
    "4d01h",
  ]);
});

Deno.test("formatTokens() shortens from a thousand", () => {
  const tokens = [0, 999, 1000, 12_345, 999_949, 999_950, 1_250_000, 2_000_000];
  assert.deepEqual(tokens.map(formatTokens), ["0", "999", "1k", "12.3k", "999.9k", "1M", "1.3M", "2M"]);
});

Deno.test("formatCost() is - without a price and never rounds money away", () => {
  const costs = [null, 0, 0.000001, 0.00423, 0.0099, 0.01, 1.005, 12.5];
  assert.deepEqual(costs.map(formatCost), [
    "-",
    "$0",
    "<$0.0001",
    "$0.0042",
    "$0.0099",
    "$0.01",
    "$1.00",
    "$12.50",
  ]);
});
