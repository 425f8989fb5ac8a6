import assert from "node:assert/strict";
import fc from "fast-check";
import type { AssistantMessage, Message } from "../../lib/protocol/conversation.ts";
import { PLAIN_DIALECT, type Quirk } from "../../lib/protocol/dialect.ts";
import { fitHistory } from "../../lib/provider/fit_history.ts";
import { anyTurn } from "./any_turn.ts";
import { ANSWERED_BY, wireTarget } from "./wire_target.ts";

function target(...quirks: readonly Quirk[]) {
  return wireTarget({ dialect: { ...PLAIN_DIALECT, quirks } });
}

function calling(...ids: readonly string[]): AssistantMessage {
  return { role: "assistant", content: "", toolCalls: ids.map((id) => ({ id, name: "a", arguments: "{}" })) };
}

const user = (content: string): Message => ({ role: "user", content });
const result = (callId: string): Message => ({ role: "tool", callId, content: "r" });

Deno.test("fitHistory() leaves a history that all servers take as it is", () => {
  const messages = [user("u"), calling("call_1", "call-2"), result("call_1"), result("call-2"), user("v")];
  fitHistory(messages, target()).forEach((message, at) => assert.equal(message, messages[at]));
});

Deno.test("fitHistory() takes blank text for none and messages without any for nothing", () => {
  const fitted = fitHistory(
    [user("u"), user(" \n"), calling("c"), { ...result("c"), content: "\t" }],
    target(),
  );
  assert.deepEqual(fitted, [user("u"), calling("c"), { ...result("c"), content: "" }]);
});

const FOREIGN = ["functions.read:0", "x".repeat(64), "a|b", "идентификатор", ""];

for (const id of FOREIGN) {
  Deno.test(`fitHistory() gives the call "${id.slice(0, 20)}" and its result one id that servers take`, () => {
    const [call, answer] = fitHistory([calling(id), result(id)], target());
    assert.ok(call?.role === "assistant" && answer?.role === "tool");
    assert.match(answer.callId, /^[a-z0-9]{9}$/);
    assert.equal(call.toolCalls[0]?.id, answer.callId);
  });
}

Deno.test("fitHistory() keeps the ids of a server's own calls for that server, not for others", () => {
  const own = { ...calling("functions.a:0"), carried: { ...ANSWERED_BY, api: "chat" as const, items: [] } };
  const idAt = (account: string) => {
    const [message] = fitHistory([own], wireTarget({ account }));
    return message?.role === "assistant" ? message.toolCalls[0]?.id : null;
  };
  assert.equal(idAt("key1"), "functions.a:0");
  assert.match(idAt("key2") ?? "", /^[a-z0-9]{9}$/);
});

Deno.test("fitHistory() gives nine letters and digits where only those are taken", () => {
  const [call] = fitHistory([calling("call_1", "abcDEF123")], target("nine_char_ids"));
  assert.ok(call?.role === "assistant");
  assert.match(call.toolCalls[0]?.id ?? "", /^[a-z0-9]{9}$/);
  assert.equal(call.toolCalls[1]?.id, "abcDEF123");
});

Deno.test("fitHistory() writes names in the characters that servers take", () => {
  const named = (name: string): Message => ({
    ...calling(),
    toolCalls: [{ id: "c", name, arguments: "{}" }],
  });
  const names = ["mcp.fs.read", "über tool", "x".repeat(80), ""].map((name) => {
    const [message] = fitHistory([named(name)], target());
    return message?.role === "assistant" ? message.toolCalls[0]?.name : null;
  });
  assert.deepEqual(names, ["mcp_fs_read", "_ber_tool", "x".repeat(64), "unnamed"]);
});

Deno.test("fitHistory() puts an answer between results and the user for a server that wants one", () => {
  const messages = [user("u"), calling("c"), result("c"), user("v")];
  const roles = (...quirks: readonly Quirk[]) =>
    fitHistory(messages, target(...quirks)).map(({ role }) => role);
  assert.deepEqual(roles(), ["user", "assistant", "tool", "user"]);
  assert.deepEqual(roles("assistant_after_tools"), ["user", "assistant", "tool", "assistant", "user"]);
});

Deno.test("fitHistory() joins what users said in a row where roles alternate, the system prompt with it", () => {
  const messages: Message[] = [{ role: "system", content: "s" }, user("u"), user("v")];
  assert.deepEqual(fitHistory(messages, target("alternating_roles", "system_as_user")), [
    user("s\n\nu\n\nv"),
  ]);
  assert.deepEqual(fitHistory(messages, target("system_as_user")), [user("s"), user("u"), user("v")]);
});

Deno.test("fitHistory() of a longer history begins as that of the shorter one did", () => {
  const quirks: Quirk[] = ["nine_char_ids", "assistant_after_tools"];
  fc.assert(fc.property(fc.array(anyTurn), anyTurn, fc.subarray(quirks), (turns, next, some) => {
    const [shorter, longer] = [turns.flat(), [...turns, next].flat()].map((each) =>
      fitHistory(each, target(...some))
    );
    assert.deepEqual(longer?.slice(0, shorter?.length), shorter);
  }));
});
