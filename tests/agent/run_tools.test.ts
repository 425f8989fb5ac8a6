import assert from "node:assert/strict";
import fc from "fast-check";
import { LoopControl } from "../../lib/agent/loop_control.ts";
import { runTools, type ToolRunner } from "../../lib/agent/run_tools.ts";
import type { AgentEvent } from "../../lib/protocol/agent_events.ts";
import type { ToolCall } from "../../lib/protocol/conversation.ts";

function callsOf(count: number): ToolCall[] {
  return Array.from(
    { length: count },
    (_, index) => ({ id: `c${index}`, name: "work", arguments: `${index}` }),
  );
}

/** Runs calls to their end. */
async function run(calls: readonly ToolCall[], runner: ToolRunner, control = new LoopControl()) {
  const events: AgentEvent[] = [];
  const running = runTools(calls, runner, control);
  for (;;) {
    const step = await running.next();
    if (step.done) return { events, results: step.value };
    events.push(step.value);
  }
}

Deno.test("runTools() starts all calls before it waits for one, and ends each once, in whatever order they end", async () => {
  const orders = fc.nat({ max: 6 }).chain((count) =>
    fc.shuffledSubarray(callsOf(count), { minLength: count })
  );
  await fc.assert(fc.asyncProperty(orders, async (order) => {
    const gates = new Map(order.map(({ id }) => [id, Promise.withResolvers<void>()]));
    let started = 0;
    const { events, results } = await run(callsOf(order.length), async ({ id }) => {
      if (++started === order.length) gates.get(order[0]?.id ?? "")?.resolve();
      await gates.get(id)?.promise;
      gates.get(order[order.findIndex((call) => call.id === id) + 1]?.id ?? "")?.resolve();
      return { content: `result of ${id}`, errorCode: null };
    });
    assert.deepEqual([...results.keys()], order.map(({ id }) => id));
    for (const [id, content] of results) assert.equal(content, `result of ${id}`);
    const told = events.flatMap((event) =>
      event.type === "tool_started" || event.type === "tool_ended" ? [[event.type, event.callId]] : []
    );
    assert.deepEqual(told, [
      ...callsOf(order.length).map(({ id }) => ["tool_started", id]),
      ...order.map(({ id }) => ["tool_ended", id]),
    ]);
  }));
});

Deno.test("runTools() waits for every call to come back before it rejects with a bug", async () => {
  const slow = Promise.withResolvers<void>();
  let isBack = false;
  const running = run(callsOf(2), async ({ id }) => {
    if (id === "c0") {
      slow.resolve();
      throw new TypeError("a bug");
    }
    await slow.promise;
    isBack = true;
    return { content: "", errorCode: null };
  });
  await assert.rejects(running, new TypeError("a bug"));
  assert.equal(isBack, true);
});

Deno.test("runTools() tells of long arguments in one line of 80 characters", async () => {
  const call = { id: "c", name: "work", arguments: `{"text":\n  "${"x".repeat(200)}"}` };
  const { events } = await run([call], () => Promise.resolve({ content: "", errorCode: null }));
  const [started] = events;
  assert.ok(started?.type === "tool_started");
  assert.equal(started.about, `{"text": "${"x".repeat(69)}…`);
});

/** [what ends the calls, how, the code that they are answered with] */
const ENDINGS: readonly (readonly [string, (control: LoopControl) => void, string])[] = [
  ["a stop", (control) => control.stop.abort(), "aborted"],
  ["a hand-over", (control) => control.askHandover("budget"), "cut_short"],
];

for (const [what, end, code] of ENDINGS) {
  Deno.test(`runTools() begins none of thousands of calls after ${what}, and answers them all`, async () => {
    const control = new LoopControl();
    const calls = callsOf(5_000);
    let begun = 0;
    const { events, results } = await run(calls, (_, signal) => {
      if (++begun === 20) end(control);
      return signal.aborted
        ? Promise.reject(signal.reason)
        : new Promise((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason), { once: true })
        );
    }, control);
    assert.equal(begun, 20);
    assert.equal(events.length, 2 * 20);
    assert.deepEqual([...results.keys()].sort(), calls.map(({ id }) => id).sort());
    for (const content of results.values()) assert.equal(JSON.parse(content).error.code, code);
  });
}
