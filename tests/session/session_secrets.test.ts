import assert from "node:assert/strict";
import type { FromChild } from "../../lib/protocol/worker_messages.ts";
import { withoutSecrets } from "../../lib/session/session_secrets.ts";
import { createRedactor } from "../../lib/support/redact.ts";

const KEY = "planted-key-93ac55";
const redactor = createRedactor([{ name: "MY_KEY", value: KEY }]);

/** What the parent hears of a child that sends these messages. */
function heard(messages: readonly unknown[]): FromChild[] {
  const all: FromChild[] = [];
  const start = withoutSecrets((onMessage) => {
    messages.forEach((message) => onMessage(message as FromChild)); // a broken child sends anything
    return { post() {}, retire() {}, [Symbol.dispose]() {} };
  }, redactor);
  using _line = start((message) => all.push(message));
  return all;
}

function says(delta: string): FromChild {
  return { type: "event", event: { type: "text", delta } };
}

Deno.test("withoutSecrets() finds a key in the text of a child, whatever pieces and messages it comes in", () => {
  const turn: FromChild = { type: "event", event: { type: "turn_started", turn: 2 } };
  assert.deepEqual(
    heard([
      says("it is plan"),
      { type: "alive" },
      ...[...KEY.slice(4)].map(says),
      says("."),
      turn,
      says("plan"),
    ]),
    [says("it is "), { type: "alive" }, says("[redacted: MY_KEY]"), says("."), turn],
  );
});

Deno.test("withoutSecrets() passes on what a child says last, and nothing after its end", () => {
  for (const last of [{ type: "crashed", message: KEY }, { type: "ended", end: { type: "aborted" } }]) {
    assert.deepEqual(heard([says("it is plan"), last]), [says("it is "), says("plan"), redactor.value(last)]);
  }
});

Deno.test("withoutSecrets() leaves to the parent what is work, and what is no message at all", () => {
  const cycle: { type: string; self?: unknown } = { type: "event" };
  cycle.self = cycle;
  const work = { type: "call", id: 1, service: "shell", args: { command: `echo ${KEY}` } };
  const broken = [null, 3, { type: "event" }, { type: "event", event: null }, cycle, {
    type: "event",
    event: { type: "text", delta: 3 },
  }];
  assert.deepEqual(heard([work, ...broken]), [work, ...broken]);
  assert.deepEqual(heard([{ type: "call", id: 1, service: "close", args: { text: KEY } }]), [
    { type: "call", id: 1, service: "close", args: { text: "[redacted: MY_KEY]" } },
  ]);
});
