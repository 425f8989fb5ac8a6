import assert from "node:assert/strict";
import fc from "fast-check";
import { LoopControl } from "../../lib/agent/loop_control.ts";
import type { ToolRunner } from "../../lib/agent/run_tools.ts";
import { AgentUnderTest, echo, hang, type TestInbox } from "../support/agent_loop.ts";
import { mayCall } from "../support/wire_reading.ts";
import { callTools, inOrder, type RecordedRequest, say, silence } from "../support/scripted_server.ts";

Deno.test("stop aborts the request in flight and closes its socket", async () => {
  await using agent = await AgentUnderTest.start(inOrder(silence()));
  const end = agent.run();
  const request = await agent.server.waitForRequest(() => true);
  agent.control.stop.abort();
  assert.deepEqual(await end, { type: "aborted" });
  await request.ended;
  assert.equal(request.aborted, true);
});

Deno.test("stop keeps the results of calls that had ended, and says of the others that they were stopped", async () => {
  const calls = ["echo", "hang", "echo"].map((name) => ({ name, args: {} }));
  await using agent = await AgentUnderTest.start(inOrder(callTools(calls), say("welcome back")));
  const bothEchoed = () => agent.events.filter((event) => event.type === "tool_ended").length === 2;
  const end = await agent.run({
    runTool: (call, signal) => (call.name === "echo" ? echo : hang)(call, signal),
    onEvent: () => bothEchoed() && agent.control.stop.abort(),
  });
  assert.deepEqual(end, { type: "aborted" });
  assert.deepEqual(
    agent.inbox.updates.map(({ from, messages }) => [from, ...messages.map(({ role }) => role)]),
    [[0, "system", "user"], [2, "assistant"], [3, "tool", "tool", "tool"]],
  );
  agent.control = new LoopControl();
  agent.inbox.waiting.push("go on");
  assert.deepEqual(await agent.run(), { type: "final", text: "welcome back" });
  const [, , first, second, third] = agent.said(1);
  assert.deepEqual([first, third], ["tool: {}", "tool: {}"]);
  assert.match(second ?? "", /"code":"aborted"/);
});

/** What reaches into a loop, and what may come of it. */
const REACHES = {
  stop: { act: (control: LoopControl) => control.stop.abort(), ends: ["aborted", "final"] },
  /** Always with a message, as a steer is. */
  interrupt: {
    act(control: LoopControl, inbox: TestInbox) {
      inbox.waiting.push("now this");
      control.interrupt();
    },
    ends: ["final"],
  },
  handover: { act: (control: LoopControl) => control.askHandover("timeout"), ends: ["handover", "final"] },
} as const;

/** Two turns with calls, then a last word; text in several pieces before each. */
function script({ body }: RecordedRequest) {
  const turns = body.messages.filter(({ role }) => role === "assistant").length;
  if (turns >= 2 || !mayCall(body)) return say("the last word", { chunks: 4 });
  const calls = [1, 2, 3].map((n) => ({ name: "work", args: { n }, id: `call_${turns}_${n}` }));
  return callTools(calls, { text: `turn ${turns}`, pieces: true });
}

Deno.test("whenever others reach into a loop, its conversation stays one that a strict server takes", async () => {
  const moments = fc.tuple(fc.constantFrom("stop", "interrupt", "handover"), fc.nat({ max: 45 }));
  await fc.assert(
    fc.asyncProperty(moments, async ([reach, moment]) => {
      await using agent = await AgentUnderTest.start(script);
      const { act, ends } = REACHES[reach];
      let passed = 0;
      const pass = () => {
        if (passed++ === moment) act(agent.control, agent.inbox);
      };
      const runTool: ToolRunner = async (call, signal) => {
        pass();
        await new Promise((resolve) => setTimeout(resolve));
        pass();
        signal.throwIfAborted();
        return { content: call.arguments, errorCode: null };
      };
      const end = await agent.run({ runTool, onEvent: pass });
      assert.ok((ends as readonly string[]).includes(end.type), JSON.stringify(end));
      agent.control = new LoopControl();
      agent.inbox.waiting.push("and now?");
      assert.equal((await agent.run({ runTool: echo })).type, "final");
    }),
    { numRuns: 120, examples: [[["stop", 0]], [["handover", 0]], [["interrupt", 0]]] },
  );
});
