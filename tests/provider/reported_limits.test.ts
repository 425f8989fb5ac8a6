import assert from "node:assert/strict";
import type { ReportedLimits } from "../../lib/provider/provider.ts";
import { reportedLimits } from "../../lib/provider/reported_limits.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");

function read(headers: Record<string, string>): ReportedLimits | null {
  return reportedLimits(new Headers(headers), NOW);
}

function resetOf(reset: string, more: Record<string, string> = {}): number | undefined {
  return read({ "x-ratelimit-remaining-requests": "1", "x-ratelimit-reset-requests": reset, ...more })
    ?.requests
    ?.resetMs;
}

Deno.test("reportedLimits() reads resets as durations, seconds, dates and moments, and nothing that is neither", () => {
  const cases: [reset: string, ms: number | undefined][] = [
    ["6m0s", 360_000],
    ["1m30s", 90_000],
    ["1.5s", 1_500],
    ["20ms", 20],
    ["2h", 7_200_000],
    ["1h1m1s", 3_661_000],
    ["1d2h", 93_600_000],
    ["5475µs", 5],
    ["12", 12_000],
    ["11.382867", 11_383],
    ["0", 0],
    [String(NOW / 1000 + 30), 30_000],
    [String(NOW + 30_000), 30_000],
    [String(NOW - 30_000), 0],
    ["2026-01-01T00:00:30Z", 30_000],
    ["2026-01-01T01:00:30.5+01:00", 30_500],
    ["Thu, 01 Jan 2026 00:00:30 GMT", 30_000],
    ["Wed, 31 Dec 2025 23:59:00 GMT", 0],
    ["soon", undefined],
    ["", undefined],
    ["1w", undefined],
    ["-5", undefined],
    ["99999999999", undefined],
    ["999999", undefined],
  ];
  for (const [reset, ms] of cases) assert.equal(resetOf(reset), ms, reset);
});

Deno.test("reportedLimits() tells moments by the server's own clock", () => {
  const date = { date: "Wed, 31 Dec 2025 20:00:00 GMT" };
  assert.equal(resetOf("2025-12-31T20:00:30Z", date), 30_000);
  assert.equal(resetOf(String(Date.parse("2025-12-31T20:00:30Z") / 1000), date), 30_000);
  assert.equal(resetOf("30", date), 30_000);
  assert.equal(resetOf("30", { date: "no date" }), 30_000);
});

Deno.test("reportedLimits() knows the families of headers, and takes the tightest of several", () => {
  const cases: [headers: Record<string, string>, limits: ReportedLimits | null][] = [
    [
      {
        "x-ratelimit-limit-requests": "14400",
        "x-ratelimit-remaining-requests": "14370",
        "x-ratelimit-reset-requests": "2m59.56s",
        "x-ratelimit-limit-tokens": "18000",
        "x-ratelimit-remaining-tokens": "17997",
        "x-ratelimit-reset-tokens": "7.66s",
      },
      {
        requests: { left: 14_370, resetMs: 179_560, limit: 14_400 },
        tokens: { left: 17_997, resetMs: 7_660, limit: 18_000 },
      },
    ],
    [
      {
        "anthropic-ratelimit-input-tokens-limit": "1000",
        "anthropic-ratelimit-input-tokens-remaining": "0",
        "anthropic-ratelimit-input-tokens-reset": "2026-01-01T00:00:10Z",
        "anthropic-ratelimit-output-tokens-remaining": "0",
        "anthropic-ratelimit-output-tokens-reset": "2026-01-01T00:00:50Z",
        "anthropic-ratelimit-tokens-remaining": "500",
        "anthropic-ratelimit-tokens-reset": "2026-01-01T00:00:20Z",
      },
      { tokens: { left: 0, resetMs: 10_000, limit: 1_000 } },
    ],
    [
      { "x-ratelimit-limit": "16", "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(NOW + 5_000) },
      { requests: { left: 0, resetMs: 5_000, limit: 16 } },
    ],
    [
      { "ratelimit-limit": "100, 100;w=60", "ratelimit-remaining": "3", "ratelimit-reset": "7" },
      { requests: { left: 3, resetMs: 7_000, limit: 100 } },
    ],
    [
      { "ratelimit": "limit=10, remaining=0, reset=5" },
      { requests: { left: 0, resetMs: 5_000, limit: 10 } },
    ],
    [{ "ratelimit": '"default";r=50;t=30' }, { requests: { left: 50, resetMs: 30_000 } }],
    [
      {
        "x-ratelimit-remaining-requests-day": "9",
        "x-ratelimit-reset-requests-day": "33011.5",
        "x-ratelimit-remaining-requests-minute": "2",
        "x-ratelimit-reset-requests-minute": "11",
      },
      { requests: { left: 2, resetMs: 11_000 } },
    ],
    [{ "x-ratelimit-remaining-tokens": "-3", "x-ratelimit-reset-tokens": "1s" }, {
      tokens: { left: 0, resetMs: 1_000 },
    }],
    [{ "x-ratelimit-remaining-tokens": "many", "x-ratelimit-reset-tokens": "1s" }, null],
    [{ "x-ratelimit-remaining-tokens": "5" }, null],
    [{ "x-ratelimit-reset-tokens": "5s" }, null],
    [{ "content-type": "text/event-stream" }, null],
  ];
  for (const [headers, limits] of cases) assert.deepEqual(read(headers), limits, JSON.stringify(headers));
});
