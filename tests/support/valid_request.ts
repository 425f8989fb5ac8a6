import assert from "node:assert/strict";
import type { ChatBody, WireMessage } from "./scripted_server.ts";

/**
 * Fails for a body that a strict server would refuse: each call answered exactly once, in order and at once, ids used
 * once, nothing empty, and somebody else than the model has the last word.
 */
export function assertAcceptable(body: ChatBody): void {
  const seen = new Set<string>();
  let open: string[] = [];
  for (const [index, message] of body.messages.entries()) {
    const where = `message ${index} of ${JSON.stringify(body.messages, null, 1)}`;
    assert.equal(message.role === "system", index === 0, `the system prompt is not first: ${where}`);
    if (message.role === "tool") {
      assert.equal(message.tool_call_id, open.shift(), `out of order: ${where}`);
      assert.ok((message.content ?? "") !== "", `an empty result: ${where}`);
      continue;
    }
    assert.deepEqual(open, [], `calls without an answer before ${where}`);
    if (message.role === "assistant") open = callIds(message, where);
    else assert.ok((message.content ?? "") !== "", `empty: ${where}`);
    for (const id of open) assert.ok(!seen.has(id) && seen.add(id), `an id comes again: ${where}`);
  }
  assert.deepEqual(open, [], "calls without an answer at the end");
  assert.notEqual(body.messages.at(-1)?.role, "assistant", "the model has the last word");
  assert.ok(body.tools === undefined || body.tools.length > 0, "an empty list of tools");
}

function callIds({ content, tool_calls: calls = [] }: WireMessage, where: string): string[] {
  assert.ok(calls.length > 0 || (content ?? "") !== "", `neither text nor calls: ${where}`);
  for (const call of calls) {
    const args: unknown = JSON.parse(call.function.arguments);
    assert.ok(typeof args === "object" && args !== null, `arguments are no object: ${where}`);
  }
  return calls.map(({ id }) => id);
}
