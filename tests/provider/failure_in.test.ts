import assert from "node:assert/strict";
import { failureIn } from "../../lib/provider/failure_in.ts";

const ERROR = { message: "it broke", code: 500 };

const FAILURES: readonly (readonly [claim: string, chunk: Record<string, unknown>, failure: unknown])[] = [
  ["an error", { error: ERROR }, ERROR],
  ["an error in words", { error: "it broke" }, "it broke"],
  ["an error beside choices", { choices: [{ delta: { content: "x" } }], error: ERROR }, ERROR],
  ["an error of Groq", { choices: [{ delta: {} }], x_groq: { error: "over capacity" } }, "over capacity"],
  ["errors in a list", { success: false, errors: [ERROR], result: null }, ERROR],
  ["an error of a choice", { choices: [{ delta: {}, finish_reason: "error", error: ERROR }] }, ERROR],
  ["an error of a delta", { choices: [{ delta: { error: ERROR } }] }, ERROR],
  ["an error of a message", { choices: [{ message: { error: ERROR } }] }, ERROR],
  ["a code of MiniMax", { choices: null, base_resp: { status_code: 1004, status_msg: "it broke" } }, {
    code: 1004,
    message: "it broke",
  }],
  ...[
    { object: "error", message: "it broke", code: 500 },
    { type: "error", error: {} },
    { type: "BadRequestError", message: "it broke", code: 400 },
    { status: "error" },
    { success: false },
    { code: "Throttling", message: "it broke", request_id: "r" },
    { code: 1302, msg: "it broke" },
    { detail: "it broke" },
  ].map((chunk) => [`nothing but one: ${JSON.stringify(chunk)}`, chunk, chunk] as const),
];

for (const [claim, chunk, failure] of FAILURES) {
  Deno.test(`failureIn() finds ${claim}`, () => {
    assert.deepEqual(failureIn(chunk), failure);
  });
}

const FINE: readonly Record<string, unknown>[] = [
  { choices: [{ delta: { content: "x" } }], error: null },
  { choices: [{ delta: { content: "x", error: "" }, error: {} }], error: { code: 0, message: "" } },
  { choices: [], errors: [], base_resp: { status_code: 0, status_msg: "success" } },
  { choices: [{ delta: {} }], message: "keep going" },
  { type: "message_start", message: { content: [] } },
  { type: "response.completed", response: { status: "completed", error: null } },
  { object: "response", output: [], error: null },
  { type: "ping" },
  {},
];

for (const chunk of FINE) {
  Deno.test(`failureIn() finds none in ${JSON.stringify(chunk)}`, () => {
    assert.equal(failureIn(chunk), null);
  });
}
