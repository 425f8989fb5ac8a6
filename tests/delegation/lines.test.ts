import assert from "node:assert/strict";
import { DeltaBatch } from "../../lib/delegation/delta_batch.ts";
import { ParentPort } from "../../lib/delegation/parent_port.ts";
import type { Services } from "../../lib/delegation/service_calls.ts";
import { ServiceDesk } from "../../lib/delegation/service_desk.ts";
import type { AgentEvent } from "../../lib/protocol/agent_events.ts";
import type { FromChild, ToChild } from "../../lib/protocol/worker_messages.ts";
import { ProviderError, ToolFailure } from "../../lib/support/errors.ts";
import { FakeClock, settled } from "../support/fake_clock.ts";

const { signal } = new AbortController();
const COMMAND = { command: "true", cwd: "/", timeoutMs: 0 };

/** A desk and a port joined as by a worker: whatever passes is cloned. */
function line(shell: Services["shell"]) {
  const posted: FromChild[] = [];
  const services = { shell } as unknown as Services; // the one service that these tests call
  const desk: ServiceDesk = new ServiceDesk(
    services,
    (message) => port.settle(structuredClone(message) as Answer),
  );
  const port: ParentPort = new ParentPort((message) => {
    posted.push(message);
    desk.receive(structuredClone(message) as Parameters<typeof desk.receive>[0]); // only calls are posted here
  });
  return { desk, port, posted };
}
type Answer = Extract<ToChild, { type: "reply" | "refused" }>;

Deno.test("a service call comes back with its answer", async () => {
  const result = {
    exitCode: 0,
    killedBy: null,
    signal: null,
    output: "x",
    outputBytes: 1,
    truncated: false,
    path: null,
    leftOut: 0,
    durationMs: 1,
  };
  const { desk, port } = line(() => Promise.resolve(result));
  const call = port.call("shell", COMMAND, signal);
  assert.equal(desk.isBusy, true);
  assert.deepEqual(await call, result);
  await desk.idle();
  assert.equal(desk.isBusy, false);
});

const REFUSALS: readonly [unknown, (error: unknown) => boolean][] = [
  [
    new ToolFailure("denied", "no", { hint: "ask" }),
    (error) => error instanceof ToolFailure && error.code === "denied" && error.hint === "ask",
  ],
  [
    new ProviderError("rate_limited", "wait", { retryable: true }),
    (error) => error instanceof ProviderError && error.code === "rate_limited" && error.retryable,
  ],
  [
    new DOMException("stopped", "AbortError"),
    (error) => error instanceof DOMException && error.name === "AbortError",
  ],
  [new RangeError("a bug"), (error) => error instanceof Error && error.message === "a bug"],
];

for (const [thrown, isSame] of REFUSALS) {
  Deno.test(`a refusal keeps its kind on the way to the child: ${thrown}`, async () => {
    const { port } = line(() => Promise.reject(thrown));
    await assert.rejects(port.call("shell", COMMAND, signal), isSame);
  });
}

Deno.test("a call that the child gives up is aborted in the parent, and its late answer dropped", async () => {
  const seen: AbortSignal[] = [];
  const { desk, port, posted } = line((_command, until) => {
    seen.push(until);
    return new Promise((_, reject) => until.addEventListener("abort", () => reject(until.reason)));
  });
  const stop = new AbortController();
  const call = port.call("shell", COMMAND, stop.signal);
  stop.abort(new Error("given up"));
  await assert.rejects(call, /given up/);
  await desk.idle();
  assert.deepEqual([seen[0]?.aborted, posted.at(-1)?.type], [true, "abort_call"]);
  await assert.rejects(port.call("shell", COMMAND, stop.signal), /given up/);
  assert.equal(posted.length, 2, "a call with an aborted signal is not made");
});

Deno.test("a closed desk aborts what is under way and answers nothing", async () => {
  const { desk, port } = line((_command, until) =>
    new Promise((_, reject) => until.addEventListener("abort", () => reject(until.reason)))
  );
  const call = port.call("shell", COMMAND, signal);
  desk[Symbol.dispose]();
  await desk.idle();
  assert.equal(await Promise.race([call, settled().then(() => "nothing")]), "nothing");
});

Deno.test("DeltaBatch gathers runs of deltas for 50 ms and keeps the order", async () => {
  const clock = new FakeClock();
  const sent: AgentEvent[] = [];
  const batch = new DeltaBatch(clock, (event) => sent.push(event));
  for (const delta of ["a", "b"]) batch.push({ type: "text", delta });
  batch.push({ type: "reasoning", delta: "c" });
  assert.deepEqual(sent, [{ type: "text", delta: "ab" }]);
  await clock.advance(50);
  batch.push({ type: "text", delta: "d" });
  batch.push({ type: "turn_started", turn: 2 });
  batch.push({ type: "text", delta: "e" });
  batch[Symbol.dispose]();
  assert.deepEqual(sent.slice(1), [
    { type: "reasoning", delta: "c" },
    { type: "text", delta: "d" },
    { type: "turn_started", turn: 2 },
    { type: "text", delta: "e" },
  ]);
  assert.equal(clock.pending, 0);
});
