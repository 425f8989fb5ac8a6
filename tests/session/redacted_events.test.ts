import assert from "node:assert/strict";
import fc from "fast-check";
import { RedactedEvents } from "../../lib/session/redacted_events.ts";
import type { AgentEvent } from "../../lib/protocol/agent_events.ts";
import { createRedactor } from "../../lib/support/redact.ts";

const KEY = "planted-key-93ac55";
const redactor = createRedactor([{ name: "MY_KEY", value: KEY }]);

function told(events: readonly AgentEvent[]): AgentEvent[] {
  const redacted = new RedactedEvents(redactor);
  return [...events.flatMap((event) => redacted.push(event)), ...redacted.end()];
}

/** What is said between two other events, as one text. */
function joined(events: readonly AgentEvent[]): AgentEvent[] {
  return events.reduce<AgentEvent[]>((all, event) => {
    const last = all.at(-1);
    const isMore = last !== undefined && "delta" in last && "delta" in event && last.type === event.type;
    if (!isMore) return [...all, event];
    return [...all.slice(0, -1), { type: event.type, delta: last.delta + event.delta }];
  }, []);
}

const TURN: AgentEvent = { type: "turn_started", turn: 1 };
const DELTA = fc.record({
  type: fc.constantFrom("text" as const, "reasoning" as const),
  delta: fc.constantFrom(
    "a ",
    "planted",
    "-key",
    "-93ac",
    "55",
    KEY,
    " the key ",
    "🚀",
    "\ud83d",
    "\ude00",
    "sk-",
  ),
}, { noNullPrototype: true });

Deno.test("RedactedEvents gives what is said between two other events as if it had come in one piece", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(DELTA, fc.constant(TURN))), (events) => {
      const whole = joined(events).map((event) => redactor.value(event));
      assert.deepEqual(joined(told(events)), whole);
    }),
  );
});

Deno.test("RedactedEvents holds nothing back when an agent stops saying something", () => {
  const tool: AgentEvent = { type: "tool_started", callId: "c", name: "n", about: `{"a":"${KEY}"}` };
  assert.deepEqual(
    told([{ type: "text", delta: "planted-" }, tool, { type: "reasoning", delta: "planted" }]),
    [
      { type: "text", delta: "planted-" },
      { ...tool, about: '{"a":"[redacted: MY_KEY]"}' },
      { type: "reasoning", delta: "planted" },
    ],
  );
});
