import assert from "node:assert/strict";
import fc from "fast-check";
import { retryAfterMs } from "../../lib/provider/retry_after.ts";
import { DEFAULT_RETRY, isRetried, retryDelayMs } from "../../lib/provider/retry.ts";
import { ProviderError } from "../../lib/support/errors.ts";

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const attempt = fc.integer({ min: 2, max: 20 });
const WEEK_MS = 7 * 86_400_000;
const wait = fc.option(fc.integer({ min: 0, max: 600_000 }), { nil: undefined });

Deno.test("retryDelayMs() never goes below Retry-After nor far above what is needed", () => {
  fc.assert(fc.property(attempt, random, wait, (attempt, random, asked) => {
    const ms = retryDelayMs(attempt, random, { retryAfterMs: asked, policy: DEFAULT_RETRY });
    assert.ok(ms >= (asked ?? 0));
    assert.ok(ms <= Math.max(DEFAULT_RETRY.capMs, (asked ?? 0) * 1.25));
  }));
});

Deno.test("retryDelayMs() doubles its bound with each try, up to the cap", () => {
  const bounds = [2, 3, 4, 9, 10].map((attempt) => retryDelayMs(attempt, 1, { policy: DEFAULT_RETRY }));
  assert.deepEqual(bounds, [500, 1000, 2000, 30_000, 30_000]);
  assert.equal(retryDelayMs(4, 0, { policy: DEFAULT_RETRY }), 0);
});

Deno.test("retryDelayMs() spreads those who were told the same time", () => {
  const delays = [0, 0.5, 0.9].map((random) =>
    retryDelayMs(2, random, { retryAfterMs: 8000, policy: DEFAULT_RETRY })
  );
  assert.deepEqual(delays, [8000, 9000, 9800]);
});

Deno.test("retryAfterMs() reads milliseconds, seconds and dates, in this order", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  const cases: [Record<string, string>, number | undefined][] = [
    [{}, undefined],
    [{ "retry-after": "2" }, 2000],
    [{ "retry-after": "0.25" }, 250],
    [{ "retry-after-ms": "120", "retry-after": "2" }, 120],
    [{ "retry-after": "Thu, 01 Jan 2026 00:00:30 GMT" }, 30_000],
    [{ "retry-after": "Wed, 31 Dec 2025 23:59:00 GMT" }, 0],
    [{ "retry-after": "1m30s" }, 90_000],
    [{ "retry-after": "20s" }, 20_000],
    [{ "retry-after": " 7 " }, 7_000],
    [{ "retry-after": String(now / 1000 + 9) }, 9_000],
    [{ "retry-after": "2026-01-01T00:00:09Z" }, 9_000],
    [{ "retry-after-ms": "0", "retry-after": "1" }, 1_000],
    [{ "retry-after-ms": "0" }, 0],
    [{ "retry-after": "Wed, 31 Dec 2025 20:00:30 GMT", "date": "Wed, 31 Dec 2025 20:00:00 GMT" }, 30_000],
    [{ "retry-after": "604800" }, WEEK_MS],
    [{ "retry-after": "604801" }, WEEK_MS],
    [{ "retry-after": "9999999999" }, WEEK_MS],
    [{ "retry-after": "99999999999" }, WEEK_MS],
    [{ "retry-after": "30 days" }, WEEK_MS],
    [{ "retry-after": "Fri, 01 Jan 2027 00:00:00 GMT" }, WEEK_MS],
    [{ "retry-after-ms": "9999999999" }, WEEK_MS],
    [{ "retry-after": "" }, undefined],
    [{ "retry-after": "soon" }, undefined],
    [{ "retry-after": "-5" }, undefined],
    [{ "retry-after-ms": "x", "retry-after": "1" }, 1000],
  ];
  for (const [headers, expected] of cases) {
    assert.equal(retryAfterMs(new Headers(headers), now), expected, JSON.stringify(headers));
  }
});

Deno.test("isRetried() needs a passing failure, a try that is left and a wait that is not too long", () => {
  const error = (retryable: boolean, retryAfterMs?: number) =>
    new ProviderError("server", "x", { retryable, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  const { maxAttempts, longestRetryAfterMs } = DEFAULT_RETRY;
  assert.equal(isRetried(error(true), 1, DEFAULT_RETRY), true);
  assert.equal(isRetried(error(true), maxAttempts - 1, DEFAULT_RETRY), true);
  assert.equal(isRetried(error(true), maxAttempts, DEFAULT_RETRY), false);
  assert.equal(isRetried(error(false), 1, DEFAULT_RETRY), false);
  assert.equal(isRetried(error(true, longestRetryAfterMs), 1, DEFAULT_RETRY), true);
  assert.equal(isRetried(error(true, longestRetryAfterMs + 1), 1, DEFAULT_RETRY), false);
});
