import assert from "node:assert/strict";
import type { AssistantMessage, Message } from "../../lib/protocol/conversation.ts";
import { responsesBody } from "../../lib/provider/wire_responses.ts";
import { reasoningItem } from "../support/responses_reply.ts";
import { ANSWERED_BY, wireTarget } from "./wire_target.ts";
import type { Reading } from "../support/wire_reading.ts";

const TARGET = wireTarget();
const CALL = { id: "c1", name: "a", arguments: `{"x":1}` };
const WIRED_CALL = { type: "function_call", call_id: "c1", name: "a", arguments: `{"x":1}` };

function inputOf(messages: readonly Message[], target = TARGET): Reading {
  return responsesBody({ messages, tools: [] }, target).input;
}

function assistant(message: Partial<AssistantMessage>): AssistantMessage {
  return { role: "assistant", content: "", toolCalls: [], ...message };
}

function said(content: string) {
  return { type: "message", role: "assistant", content };
}

Deno.test("responsesBody() writes every kind of message, and leaves nothing at the server", () => {
  const body = responsesBody({
    messages: [
      { role: "system", content: "be brief" },
      { role: "user", content: "hello" },
      assistant({ content: "let me see", toolCalls: [CALL, { ...CALL, id: "c2", arguments: "{oops" }] }),
      { role: "tool", callId: "c1", content: "one" },
      { role: "tool", callId: "c2", content: "two" },
    ],
    tools: [{ name: "a", description: "d", parameters: { type: "object" } }],
  }, { ...TARGET, reasoningEffort: "high", outputLimit: 500 });
  assert.deepEqual(body, {
    model: "m",
    stream: true,
    store: false,
    include: ["reasoning.encrypted_content"],
    reasoning: { effort: "high" },
    instructions: "be brief",
    tools: [{ type: "function", name: "a", description: "d", parameters: { type: "object" }, strict: false }],
    input: [
      { type: "message", role: "user", content: "hello" },
      said("let me see"),
      WIRED_CALL,
      { type: "function_call", call_id: "c2", name: "a", arguments: `{"not_json":"{oops"}` },
      { type: "function_call_output", call_id: "c1", output: "one" },
      { type: "function_call_output", call_id: "c2", output: "two" },
    ],
    max_output_tokens: 500,
  });
});

const REASONING = reasoningItem("enc");
const CARRIED = assistant({
  content: "one two",
  toolCalls: [CALL],
  carried: {
    ...ANSWERED_BY,
    api: "responses",
    items: [
      REASONING,
      { type: "message", chars: 4, phase: "commentary" },
      { type: "message", chars: 3 },
      reasoningItem("enc2"),
      { type: "function_call", call_id: "c1" },
    ],
  },
});

Deno.test("responsesBody() gives a model its reasoning back as it was, before what came of it", () => {
  const copied = JSON.parse(JSON.stringify(structuredClone(CARRIED)));
  assert.deepEqual(inputOf([copied]), [
    REASONING,
    { ...said("one "), phase: "commentary" },
    said("two"),
    reasoningItem("enc2"),
    WIRED_CALL,
  ]);
});

Deno.test("responsesBody() gives reasoning back before a call when the text between them is blank", () => {
  const items = [REASONING, { type: "message", chars: 3 }, { type: "function_call", call_id: "c1" }];
  for (const content of [" \n ", "", "\n\n\n"]) {
    const carried = { ...ANSWERED_BY, api: "responses" as const, items };
    assert.deepEqual(inputOf([assistant({ content, toolCalls: [CALL], carried })]), [REASONING, WIRED_CALL]);
  }
});

Deno.test("responsesBody() shows no other model, provider or account what was carried", () => {
  for (const other of [{ model: "other" }, { provider: "other" }, { account: "other" }].map(wireTarget)) {
    assert.deepEqual(inputOf([CARRIED], other), [said("one two"), WIRED_CALL]);
  }
});

Deno.test("responsesBody() leaves reasoning out whose call or text is no longer there", () => {
  assert.deepEqual(inputOf([{ ...CARRIED, toolCalls: [] }]), [
    REASONING,
    { ...said("one "), phase: "commentary" },
    said("two"),
  ]);
  assert.deepEqual(inputOf([{ ...CARRIED, content: "" }]), [reasoningItem("enc2"), WIRED_CALL]);
});

Deno.test("responsesBody() of a longer conversation begins with that of the shorter one, to the byte", () => {
  const messages: Message[] = [{ role: "user", content: "hello" }, CARRIED];
  const next: Message = { role: "tool", callId: "c1", content: "x" };
  const shorter = JSON.stringify(responsesBody({ messages, tools: [] }, TARGET));
  const longer = JSON.stringify(responsesBody({ messages: [...messages, next], tools: [] }, TARGET));
  assert.ok(longer.startsWith(shorter.slice(0, -"]}".length)));
});
