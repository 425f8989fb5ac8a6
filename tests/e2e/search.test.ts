import assert from "node:assert/strict";
import { endToEnd } from "../support/end_to_end.ts";
import { useServer } from "../support/scripted_home.ts";
import { callTools, say, startScriptedServer } from "../support/scripted_server.ts";
import { userMessages } from "../support/wire_reading.ts";

endToEnd("a search for a pattern that backtracks without end does not stop the chat", async (hermes) => {
  const pattern = "^(\\w+\\s?)*$";
  Deno.writeTextFileSync(`${hermes.work}/a.txt`, `${"words ".repeat(1000)}!\nfound it`);
  await using server = await startScriptedServer((request) => {
    const { role, content } = request.body.messages.at(-1)!;
    if (role === "tool") return say(`it says: ${content}`);
    const [question] = userMessages(request.body);
    assert.equal(question, "search");
    return callTools([{ name: "search_files", args: { pattern } }]);
  });
  useServer(hermes, server.baseUrl);
  const { code, stdout, stderr } = await hermes.run(["chat", "-Q", "-q", "search"]);
  assert.deepEqual([code, stdout, stderr], [0, "it says: a.txt:2: found it\n", ""]);
});
