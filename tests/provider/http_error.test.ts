import assert from "node:assert/strict";
import { redirectError, statusError, streamedError } from "../../lib/provider/http_error.ts";
import type { Lease } from "../../lib/provider/provider.ts";
import type { ProviderErrorCode } from "../../lib/support/errors.ts";

const LEASE: Lease = {
  id: 1,
  provider: "local",
  key: "sk-planted",
  keyName: "LOCAL_KEY",
  baseUrl: "https://user:pass@example.test:8080/v1?token=secret",
  account: "none",
  model: "m1",
  reasoningEffort: null,
  outputLimit: null,
  headers: {},
  otherKeys: 0,
  keysAgain: 0,
  isOutputLowered: false,
};
const PLACE = '"local" (https://example.test:8080, model "m1")';

function errorOf(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return statusError(LEASE, { status, headers: new Headers(headers), body: text }, 0);
}

Deno.test("statusError() names every refusal by what it means", () => {
  const cases: [number, unknown, ProviderErrorCode, boolean][] = [
    [400, { error: { message: "bad", code: null } }, "bad_request", false],
    [400, { error: { message: "x", code: "context_length_exceeded" } }, "context_length", false],
    [
      400,
      { error: { message: "This model's maximum context length is 8192 tokens" } },
      "context_length",
      false,
    ],
    [413, { error: { message: "prompt is too long: 9 tokens > 8 maximum" } }, "context_length", false],
    [400, { error: { message: "x", code: "content_filter" } }, "content_filter", false],
    [400, { error: { message: "Your credit balance is too low" } }, "quota", false],
    [401, { error: { message: "no" } }, "auth", false],
    [403, { error: { message: "no" } }, "auth", false],
    [402, { error: { message: "pay" } }, "quota", false],
    [404, { error: { message: "no such model" } }, "bad_request", false],
    [422, { detail: [{ loc: ["body"], msg: "field required" }] }, "bad_request", false],
    [408, "", "server", true],
    [409, "", "server", true],
    [429, { error: { message: "slow down" } }, "rate_limited", true],
    [429, { error: { message: "x", code: "insufficient_quota" } }, "quota", false],
    [429, { error: { message: "Limit reached. Visit account/billing to raise it" } }, "rate_limited", true],
    [
      429,
      [{ error: { code: 429, message: "You exceeded your current quota", status: "RESOURCE_EXHAUSTED" } }],
      "rate_limited",
      true,
    ],
    [429, { error: { message: "too many tokens per minute" } }, "rate_limited", true],
    [500, { error: { message: "insufficient_quota" } }, "server", true],
    [529, "overloaded", "server", true],
    [501, "", "server", false],
  ];
  for (const [status, body, code, retryable] of cases) {
    const error = errorOf(status, body);
    assert.deepEqual(
      [error.code, error.retryable, error.status],
      [code, retryable, status],
      JSON.stringify(body),
    );
  }
});

Deno.test("statusError() says who answered what, in one line", () => {
  const messages: [unknown, string][] = [
    [
      { error: { message: "No such\n model.", code: "model_not_found" } },
      ": No such model (model_not_found)",
    ],
    [{ error: "plain words" }, ": plain words"],
    [{ message: "outside" }, ": outside"],
    [{ detail: "Not Found" }, ": Not Found"],
    [{ error: { type: "odd" } }, ": odd"],
    ["just text", ": just text"],
    ["<html><head><title>502 Bad Gateway</title></head></html>", ': a web page, "502 Bad Gateway"'],
    ["<!doctype html><p>hi", ": a web page"],
    ["\u001b[31mred\u0007", ": [31mred"],
    ["", ""],
    [`echo sk-planted`, ": echo [key]"],
  ];
  for (const [body, tail] of messages) {
    assert.equal(errorOf(400, body).message, `${PLACE} answered 400${tail}`);
  }
  assert.equal(errorOf(400, "x".repeat(5000)).message.length, `${PLACE} answered 400: `.length + 300);
});

Deno.test("statusError() carries the wait and the hint", () => {
  assert.equal(errorOf(429, "", { "retry-after": "3" }).retryAfterMs, 3000);
  assert.equal(errorOf(429, "").retryAfterMs, undefined);
  assert.equal(errorOf(401, "").hint, 'Check the key of provider "local" (LOCAL_KEY)');
});

Deno.test("redirectError() names the target without its query", () => {
  const { message, code } = redirectError(LEASE, "https://elsewhere.test/v2/chat?key=sk-planted");
  assert.equal(code, "bad_request");
  assert.match(message, /redirects to "https:\/\/elsewhere\.test\/v2\/chat";/);
  assert.match(redirectError(LEASE, "/v2").message, /redirects to "https:\/\/example\.test:8080\/v2";/);
  assert.match(redirectError(LEASE, null).message, /redirects to somewhere;/);
});

Deno.test("streamedError() reads the status that stands in the error", () => {
  const cases: [unknown, ProviderErrorCode, boolean][] = [
    [{ message: "overloaded", code: 503 }, "server", true],
    [{ message: "x", code: "429" }, "rate_limited", true],
    [{ message: "Rate limit reached" }, "rate_limited", true],
    [{ message: "x", type: "invalid_request_error" }, "bad_request", false],
    [{ message: "x", code: "context_length_exceeded" }, "context_length", false],
    ["something went wrong", "server", true],
  ];
  for (const [thrown, code, retryable] of cases) {
    const error = streamedError(LEASE, thrown);
    assert.deepEqual([error.code, error.retryable], [code, retryable], JSON.stringify(thrown));
  }
  assert.equal(streamedError(LEASE, "oops").message, `${PLACE} broke off with an error: oops`);
});
