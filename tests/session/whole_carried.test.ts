import assert from "node:assert/strict";
import type { Message } from "../../lib/protocol/conversation.ts";
import { withWholeCarried } from "../../lib/session/whole_carried.ts";
import { createRedactor } from "../../lib/support/redact.ts";

const KEY = "sk-planted-0123456789abcdefghij";

function thinking(thought: string): Message {
  const block = { type: "thinking", thinking: thought, signature: "sig" };
  return {
    role: "assistant",
    content: "ok",
    toolCalls: [],
    carried: { provider: "p", model: "m", account: "a", api: "messages", items: [{ block }] },
  };
}

Deno.test("withWholeCarried() keeps what a server made as it is, or not at all", () => {
  const redactor = createRedactor([{ name: "KEY", value: KEY }]);
  const messages = [{ role: "user" as const, content: KEY }, thinking("hm"), thinking(`the key is ${KEY}`)];
  const { messages: stored } = withWholeCarried(redactor.value({ from: 0, messages }));
  assert.deepEqual(stored, [
    { role: "user", content: "[redacted: KEY]" },
    thinking("hm"),
    { role: "assistant", content: "ok", toolCalls: [] },
  ]);
});
