import assert from "node:assert/strict";
import { AgentUnderTest, echo } from "../support/agent_loop.ts";
import { callTools, chunk, inOrder, openStream, raw, say, sse } from "../support/scripted_server.ts";

/** A text and the begin of a call, and no more of either. */
const endless = raw((response) => {
  openStream(response);
  response.write(sse(chunk({ role: "assistant", content: "I am about to" })));
  const begun = {
    index: 0,
    id: "call_half",
    type: "function",
    function: { name: "work", arguments: '{"n"' },
  };
  response.write(sse(chunk({ tool_calls: [begun] })));
});

Deno.test("interrupt() aborts the request in flight; the next one has what was said and the message", async () => {
  await using agent = await AgentUnderTest.start(inOrder(endless, say("as you wish")));
  const end = await agent.run({
    onEvent(event) {
      if (event.type !== "text" || agent.server.requests.length > 1) return;
      agent.inbox.waiting.push("do the other thing");
      agent.control.interrupt();
    },
  });
  assert.deepEqual(end, { type: "final", text: "as you wish" });
  assert.equal(agent.server.requests[0]?.aborted, true);
  assert.deepEqual(agent.said(1), [
    ...["user: begin", "assistant: I am about to", "user: do the other thing"],
  ]);
  assert.deepEqual(
    agent.events.filter((event) => event.type === "turn_ended").map(({ usage }) => usage)[0],
    null,
  );
});

Deno.test("interrupt() before the first word leaves no empty message behind", async () => {
  await using agent = await AgentUnderTest.start(inOrder(
    raw(({ req }) => void req),
    say("as you wish"),
  ));
  const end = agent.run();
  await agent.server.waitForRequest(() => true);
  agent.inbox.waiting.push("do the other thing");
  agent.control.interrupt();
  assert.deepEqual(await end, { type: "final", text: "as you wish" });
  assert.deepEqual(agent.said(1), ["user: begin", "user: do the other thing"]);
});

Deno.test("interrupt() inside a tool disturbs neither the tool nor the request after it", async () => {
  await using agent = await AgentUnderTest.start(inOrder(
    callTools([{ name: "work", args: {} }]),
    say("done"),
  ));
  const end = await agent.run({
    runTool(call, signal) {
      agent.inbox.waiting.push("by the way");
      agent.control.interrupt();
      return echo(call, signal);
    },
  });
  assert.deepEqual(end, { type: "final", text: "done" });
  assert.deepEqual(agent.said(1), ["user: begin", "assistant: +1 calls", "tool: {}", "user: by the way"]);
  assert.deepEqual(agent.server.requests.map(({ aborted }) => aborted), [false, false]);
});
