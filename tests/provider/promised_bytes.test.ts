import assert from "node:assert/strict";
import { ProviderError } from "../../lib/support/errors.ts";
import { chunk, raw, type Reply, sse, startScriptedServer } from "../support/scripted_server.ts";
import { ask } from "./ask_model.ts";

const WHOLE = {
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: "whole" }, finish_reason: "stop" }],
};
const half = sse(chunk({ content: "whole" }));
const end = sse(chunk({}, "stop"));

/** Promises more bytes than it sends. */
function promise(type: string, body: string): Reply {
  return raw((response) => {
    const length = new TextEncoder().encode(body).length + 50;
    response.writeHead(200, { "content-type": type, "content-length": length });
    response.write(body, () => response.destroy());
  });
}

const ANSWERS: readonly (readonly [claim: string, type: string, body: string, end: string])[] = [
  ["a finish reason and [DONE]", "text/event-stream", half + end + sse("[DONE]"), "whole"],
  ["a finish reason", "text/event-stream", half + end, "whole"],
  ["[DONE]", "text/event-stream", half + sse("[DONE]"), "whole"],
  ["a document", "application/json", JSON.stringify(WHOLE), "whole"],
  ["a document over lines", "application/json", `${JSON.stringify(WHOLE, null, 2)}\n`, "whole"],
  ["no end", "text/event-stream", half, "cut"],
  ["half an event", "text/event-stream", half.slice(0, -12), "cut"],
  ["half a document", "application/json", JSON.stringify(WHOLE).slice(0, -3), "cut"],
];

for (const [claim, type, body, expected] of ANSWERS) {
  Deno.test(`an answer with ${claim} that is shorter than promised is ${expected}, at the first try`, async () => {
    await using server = await startScriptedServer(() => promise(type, body));
    const { reply, error } = await ask(server.baseUrl);
    const got = error instanceof ProviderError ? error.code : reply?.message.content;
    assert.deepEqual([got, server.requests.length], [expected, 1], String(error));
  });
}
