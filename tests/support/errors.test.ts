import assert from "node:assert/strict";
import {
  messageOf,
  ProviderError,
  ToolFailure,
  toWireError,
  UserError,
  type WireError,
} from "../../lib/support/errors.ts";

const CASES: readonly [string, unknown, WireError][] = [
  ["a ToolFailure by its code", new ToolFailure("denied", "No"), { code: "denied", message: "No" }],
  ["a hint where there is one", new ToolFailure("denied", "No", { hint: "Ask" }), {
    code: "denied",
    message: "No",
    hint: "Ask",
  }],
  [
    "whether a ProviderError is worth another try",
    new ProviderError("rate_limited", "Slow down", { retryable: true, retryAfterMs: 5, status: 429 }),
    { code: "rate_limited", message: "Slow down", retryable: true },
  ],
  ["a UserError as invalid, without its exit code", new UserError("Bad file", { exitCode: 78 }), {
    code: "invalid",
    message: "Bad file",
  }],
  ["any other error as internal", new TypeError("x is null"), { code: "internal", message: "x is null" }],
  ["what is no error at all", "boom", { code: "internal", message: "boom" }],
];

for (const [claim, thrown, expected] of CASES) {
  Deno.test(`toWireError() tells ${claim}`, () => assert.deepEqual(toWireError(thrown), expected));
}

Deno.test("ProviderError.fromWire() is undone by toWireError()", () => {
  const wire = { code: "server", message: "500", hint: "Try later", retryable: true };
  assert.deepEqual(toWireError(ProviderError.fromWire(wire)), wire);
  assert.equal(ProviderError.fromWire({ code: "auth", message: "no" }).retryable, false);
});

Deno.test("messageOf() gives words for whatever was thrown", () => {
  assert.deepEqual([new Error("why"), "text", null, 3].map(messageOf), ["why", "text", "null", "3"]);
});

Deno.test("our errors keep their cause", () => {
  const cause = new Error("deep");
  const errors = [
    new UserError("a", { exitCode: 1, cause }),
    new ToolFailure("b", "b", { cause }),
    new ProviderError("server", "c", { retryable: true, cause }),
  ];
  assert.deepEqual(errors.map((error) => error.cause), [cause, cause, cause]);
});
