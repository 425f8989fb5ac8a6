import assert from "node:assert/strict";
import fc from "fast-check";
import { dropResults, olderPart, summarisedBytes, withSummary } from "../../lib/agent/compaction.ts";
import { bytesOf } from "../../lib/agent/context_size.ts";
import { Conversation } from "../../lib/agent/conversation.ts";
import { shortResult } from "../../lib/agent/long_result.ts";
import type { AssistantMessage, Message } from "../../lib/protocol/conversation.ts";
import { SUMMARY_HEAD } from "../../lib/protocol/summary_texts.ts";
import { ROOMY } from "../support/agent_loop.ts";

const SYSTEM: Message = { role: "system", content: "Be brief" };
const NEVER = () => false;

function user(content: string): Message {
  return { role: "user", content };
}

/** One turn: what the model said, with a call for each result. */
function turn(id: string, content: string, ...results: readonly string[]): Message[] {
  const calls = results.map((_, index) => ({
    id: `${id}_${index}`,
    name: "work",
    arguments: `{"n":${index}}`,
  }));
  const message: AssistantMessage = { role: "assistant", content, toolCalls: calls };
  return [
    message,
    ...results.map((result, index) => ({ role: "tool", callId: `${id}_${index}`, content: result }) as const),
  ];
}

/** Fails unless each call is answered once, in order and at once. */
function assertValid(messages: readonly Message[]): void {
  let open: string[] = [];
  for (const [index, message] of messages.entries()) {
    assert.equal(message.role === "system", index === 0);
    if (message.role === "tool") assert.equal(message.callId, open.shift());
    else assert.deepEqual(open, []);
    if (message.role === "assistant") open = message.toolCalls.map(({ id }) => id);
  }
  assert.deepEqual(open, []);
}

function usersOf(messages: readonly Message[]): readonly Message[] {
  return messages.filter(({ role }) => role === "user");
}

/** Any valid conversation: messages of the user and turns of the model in any order. */
const conversations = fc.array(
  fc.oneof(
    fc.string({ minLength: 1, maxLength: 60 }).map((text) => ({ text, results: null })),
    fc.record({
      text: fc.string({ minLength: 1, maxLength: 20 }),
      results: fc.array(fc.string({ maxLength: 300 }), { maxLength: 3 }),
    }),
  ),
  { maxLength: 20 },
).map((parts) => [
  SYSTEM,
  ...parts.flatMap(({ text, results }, index) =>
    results === null ? [user(text)] : turn(`t${index}`, text, ...results)
  ),
]);

Deno.test("compaction yields a valid conversation that has every message of the user and the last two turns", () => {
  fc.assert(fc.property(conversations, fc.nat({ max: 2_000 }), (messages, enough) => {
    const { messages: dropped, freed } = dropResults(messages, (gone) => gone >= enough);
    assertValid(dropped);
    assert.equal(bytesOf(messages) - bytesOf(dropped), freed);
    const recent = messages.slice(olderPart(messages).length);
    for (const shorter of [dropped, withSummary(dropped, "the summary", ROOMY)]) {
      assertValid(shorter);
      assert.deepEqual(
        usersOf(shorter).filter(({ content }) => !content.startsWith(SUMMARY_HEAD)),
        usersOf(messages),
      );
      assert.deepEqual(recent.length === 0 ? [] : shorter.slice(-recent.length), recent);
    }
    assertValid([...olderPart(dropped), user("and now a summary")]);
  }));
});

Deno.test("compaction done twice keeps one summary, and every message of the user once", () => {
  fc.assert(fc.property(conversations, conversations, (first, second) => {
    const once = withSummary(first, "the first", ROOMY);
    const later = second.slice(1).map((message) => ({ ...message })).flatMap((message) => renamed(message));
    fc.pre([first, [...once, ...later]].every((messages) => olderPart(messages).length > 1));
    const twice = withSummary([...once, ...later], "the second", ROOMY);
    assertValid(twice);
    const [summary, ...users] = usersOf(twice);
    assert.deepEqual(summary, user(`${SUMMARY_HEAD}the second`));
    assert.deepEqual(users, [...usersOf(first), ...usersOf(later)]);
  }));
});

/** With ids that the first conversation does not have. */
function renamed(message: Message): Message {
  if (message.role === "tool") return { ...message, callId: `second_${message.callId}` };
  if (message.role !== "assistant") return message;
  return { ...message, toolCalls: message.toolCalls.map((call) => ({ ...call, id: `second_${call.id}` })) };
}

Deno.test("dropResults() begins with the oldest, stops when it is enough, and says in a line what was there", () => {
  const long = "x".repeat(1_000);
  const messages = [
    SYSTEM,
    user("go"),
    ...turn("a", "first", long, "short"),
    ...turn("b", "second", long),
    ...turn("c", "third", long),
    ...turn("d", "fourth", long),
  ];
  const line = '[The result of work {"n":0} was left out to make room: 1000 characters]';
  const one = dropResults(messages, (freed) => freed > 0);
  assert.deepEqual([one.dropped, one.messages[3], one.messages[4]], [
    1,
    { role: "tool", callId: "a_0", content: line },
    messages[4],
  ]);
  const all = dropResults(messages, NEVER);
  assert.equal(all.dropped, 2);
  assert.deepEqual(
    all.messages.filter(({ role }) => role === "tool").map(({ content }) => content),
    [line, "short", line, long, long],
  );
  const again = dropResults(all.messages, NEVER);
  assert.deepEqual([again.dropped, again.freed, again.messages], [0, 0, all.messages]);
});

Deno.test("dropResults() still names the file of a result that was cut", () => {
  const call = { id: "a_0", name: "work", arguments: "{}" };
  const care = { ...ROOMY, resultChars: 500, spill: () => "/spill/it's here.txt" };
  const cut = shortResult(call, "r".repeat(5_000), care);
  const messages = [SYSTEM, ...turn("a", "first", cut), ...turn("b", "second"), ...turn("c", "third")];
  const line =
    '[The result of work {"n":0} was left out to make room: the whole is in /spill/it\'s here.txt]';
  assert.equal(dropResults(messages, NEVER).messages[2]?.content, line);
});

Deno.test("withSummary() cuts a huge message of the user to a file, but never a child's goal nor the last one", () => {
  const saved: [string, string][] = [];
  const care = {
    ...ROOMY,
    firstIsGoal: true,
    spill: (name: string, text: string) => {
      saved.push([name, text]);
      return `/spill/${name}`;
    },
  };
  const huge = (letter: string) => user(letter.repeat(30_000));
  const messages = [
    SYSTEM,
    huge("g"),
    ...turn("a", "first"),
    huge("m"),
    ...turn("b", "second"),
    huge("l"),
    ...turn("c", "third"),
    ...turn("d", "fourth"),
  ];
  const [, , goal, cut, last] = withSummary(messages, "so far", care);
  assert.deepEqual([goal, last], [messages[1], messages[5]]);
  assert.deepEqual(saved, [["message-3.txt", "m".repeat(30_000)]]);
  assert.equal(cut?.content.length, 20_000);
  assert.match(
    cut?.content ?? "",
    /m\n\[… \d+ characters left out; the whole is in \/spill\/message-3.txt …\]\nm/,
  );
});

Deno.test("summarisedBytes() counts the words of the model, results and a former summary, none of the user's", () => {
  const recent = [...turn("y", "recent"), ...turn("z", "recent")];
  const older = turn("a", "first", "a result");
  assert.equal(summarisedBytes([SYSTEM, user("go"), ...recent]), 0);
  assert.equal(summarisedBytes([SYSTEM, user("go"), ...older, user("on"), ...recent]), bytesOf(older));
  const summary = user(`${SUMMARY_HEAD}before`);
  assert.equal(summarisedBytes([SYSTEM, summary, user("go"), ...recent]), bytesOf([summary]));
});

Deno.test("Conversation.replace() stores from the first message that changed, and a mere cut too", () => {
  const messages = [
    SYSTEM,
    user("go"),
    ...turn("a", "first", "x".repeat(500)),
    ...turn("b", "b"),
    ...turn("c", "c"),
  ];
  const conversation = new Conversation(messages, { stored: messages.length });
  const { messages: shorter } = dropResults(messages, NEVER);
  conversation.replace(shorter);
  assert.deepEqual(conversation.takeUpdate(), { from: 3, messages: shorter.slice(3) });
  conversation.replace(shorter.slice(0, 4));
  assert.deepEqual(conversation.takeUpdate(), { from: 3, messages: shorter.slice(3, 4) });
  assert.throws(() => {
    conversation.addAssistant({
      role: "assistant",
      content: "",
      toolCalls: [{ id: "x", name: "w", arguments: "" }],
    });
    conversation.replace([SYSTEM]);
  }, TypeError);
});
