import assert from "node:assert/strict";
import fc from "fast-check";
import { EXIT, exitOfError, exitOfTasks, type TaskEnding } from "../../lib/cli/exit_codes.ts";

function failed(reason: string, code?: string, retryable?: boolean): TaskEnding {
  const error = code === undefined
    ? {}
    : { error: { code, message: "m", ...(retryable === undefined ? {} : { retryable }) } };
  return { status: "failed", reason, outcome: null, ...error };
}

const completed = (outcome: TaskEnding["outcome"]): TaskEnding => ({
  status: "completed",
  reason: "finished",
  outcome,
});
const DONE = completed("done");
const CANCELLED: TaskEnding = { status: "cancelled", reason: "cancelled_by_user", outcome: null };
const ASKING: TaskEnding = { status: "needs_input", reason: null, outcome: null };

const CASES: readonly (readonly [claim: string, tasks: readonly TaskEnding[], code: number])[] = [
  ["none", [], 0],
  ["done", [DONE], 0],
  ["completed without an outcome", [completed(null)], 0],
  ["partial", [completed("partial")], 1],
  ["blocked", [completed("blocked")], 1],
  ["cancelled", [CANCELLED], 130],
  ["timeout", [failed("timeout")], 124],
  ["budget", [failed("budget", "budget")], 3],
  ["a cap that cannot be looked up", [failed("internal", "store")], 75],
  ["a bug of ours", [failed("internal", "internal")], 1],
  ["rate limited", [failed("rate_limited", "rate_limited")], 75],
  ["a server that is down", [failed("provider_error", "server", true)], 75],
  ["no connection", [failed("provider_error", "unreachable")], 75],
  ["an answer that broke off each time", [failed("provider_error", "cut", true)], 75],
  ["an answer that was no protocol each time", [failed("provider_error", "malformed", true)], 1],
  ["a refused request", [failed("provider_error", "bad_request", false)], 1],
  ["no error given", [failed("provider_error")], 1],
  ["unanswered", [failed("unanswered")], 4],
  ["max_turns", [failed("max_turns")], 1],
  ["a reason that is new", [failed("bored")], 1],
  ["waiting for an answer", [ASKING], 4],
  ["waiting, and the wait timed out", [{ ...ASKING, timed_out: true }], 124],
  ["still running", [{ status: "running", reason: null, outcome: null }], 1],
  ["still running when the wait timed out", [{
    status: "running",
    reason: null,
    outcome: null,
    timed_out: true,
  }], 124],
  ["interrupted", [{ status: "interrupted", reason: "host_died", outcome: null }], 1],
  ["a refused key", [failed("provider_error", "auth")], 78],
  ["a refused key for all", [failed("provider_error", "auth"), failed("provider_error", "auth")], 78],
  ["a refused key for one of two", [failed("provider_error", "auth"), DONE], 1],
  ["cancelled before timeout", [failed("timeout"), CANCELLED, DONE], 130],
  ["temporary before unanswered", [ASKING, failed("rate_limited"), failed("max_turns")], 75],
];

for (const [claim, tasks, code] of CASES) {
  Deno.test(`exitOfTasks() is ${code} for ${claim}`, () => assert.equal(exitOfTasks(tasks), code));
}

Deno.test("exitOfTasks() does not depend on the order, and is 0 only when every task is", () => {
  const tasks = fc.array(fc.constantFrom(...CASES.flatMap(([, tasks]) => tasks)), { maxLength: 6 });
  fc.assert(fc.property(tasks, (some) => {
    const code = exitOfTasks(some);
    assert.equal(exitOfTasks(some.toReversed()), code);
    assert.equal(code === 0, some.every((task) => exitOfTasks([task]) === 0));
    assert.ok(Object.values<number>(EXIT).includes(code));
  }));
});

Deno.test("exitOfError() knows what a user, the server and we did wrong", () => {
  const codes = [
    "unknown_task",
    "queue_full",
    "auth",
    "unreachable",
    "cut",
    "bad_request",
    "budget",
    "internal",
    "new",
  ];
  assert.deepEqual(codes.map((code) => exitOfError({ code, message: "m" })), [
    2,
    75,
    78,
    75,
    75,
    1,
    3,
    70,
    1,
  ]);
  assert.equal(exitOfError({ code: "constructor", message: "m" }), 1);
});
