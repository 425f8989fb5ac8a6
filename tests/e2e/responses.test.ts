import assert from "node:assert/strict";
import { endToEnd } from "../support/end_to_end.ts";
import {
  callItem,
  messageItem,
  reasoningItem,
  respond,
  responsesBodyOf,
} from "../support/responses_reply.ts";
import { useServer } from "../support/scripted_home.ts";
import { inOrder, startScriptedServer } from "../support/scripted_server.ts";

endToEnd("a child gives its model the reasoning back that only the server can read", async (hermes) => {
  const reasoning = reasoningItem("gAAAAencrypted", ["I shall look first"]);
  await using server = await startScriptedServer(inOrder(
    respond(reasoning, messageItem("I look"), callItem("terminal", { command: "echo looked" }, "c1")),
    respond(callItem("finish", { summary: "seen" }, "c2")),
  ));
  const provider = { base_url: server.baseUrl, key_env: "SCRIPTED_KEY", api: "responses" };
  useServer(hermes, server.baseUrl, { providers: { scripted: provider } });
  const { code, stdout } = await hermes.run(["delegate", "--json", "look around"]);
  assert.equal(code, 0);
  assert.equal(JSON.parse(stdout).results[0].summary, "seen");
  const [first, second] = server.requests.map(responsesBodyOf);
  assert.deepEqual(second.input.slice(0, first.input.length), first.input);
  const [back, said, call, result, ...more] = second.input.slice(first.input.length);
  assert.deepEqual(back, reasoning);
  assert.deepEqual([said.role, said.content, call.call_id, result.call_id], [
    "assistant",
    "I look",
    "c1",
    "c1",
  ]);
  assert.match(result.output, /looked/);
  assert.deepEqual(more, []);
});
