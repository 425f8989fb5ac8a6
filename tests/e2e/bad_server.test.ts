import assert from "node:assert/strict";
import { endToEnd } from "../support/end_to_end.ts";
import { assertOneMessage } from "../support/one_message.ts";
import { useServer } from "../support/scripted_home.ts";
import {
  callTools,
  chunk,
  inOrder,
  openStream,
  raw,
  type Reply,
  say,
  sse,
  startScriptedServer,
  status,
} from "../support/scripted_server.ts";
import { lastResults } from "../support/wire_reading.ts";

const ASK = ["chat", "-Q", "-q", "hi"];

function refusal(code: number, message: string): Reply {
  return status(code, { error: { message, type: "invalid_request_error" } });
}

/** Servers that never answer well: what is said, how it ends. */
const BROKEN: readonly {
  readonly claim: string;
  readonly reply: Reply;
  readonly code: number;
  readonly says: readonly (string | RegExp)[];
  readonly stdout?: string;
}[] = [
  {
    claim: "400",
    reply: refusal(400, "no such field: tools"),
    code: 1,
    says: ["400", "no such field: tools"],
  },
  { claim: "401", reply: refusal(401, "bad key"), code: 78, says: ["401", "scripted", "SCRIPTED_KEY"] },
  { claim: "403", reply: refusal(403, "not yours"), code: 78, says: ["403", "scripted"] },
  { claim: "404", reply: refusal(404, "no model scripted-model"), code: 1, says: ["404", "scripted-model"] },
  { claim: "500 without end", reply: status(500, "oops"), code: 75, says: ["500", "scripted"] },
  { claim: "503 with a page", reply: status(503, "<html>down</html>"), code: 75, says: ["503", "scripted"] },
  { claim: "429 without end", reply: status(429, "", { "retry-after": "0" }), code: 75, says: ["429"] },
  {
    claim: "no event stream at all",
    reply: status(200, "<html>welcome</html>", { "content-type": "text/html" }),
    code: 1,
    says: ["scripted"],
  },
  {
    claim: "events that are no JSON",
    reply: raw((response) => {
      openStream(response);
      response.end(sse("{broken") + sse("[DONE]"));
    }),
    code: 1,
    says: ["scripted"],
  },
  {
    claim: "a stream that is cut off",
    reply: raw((response) => {
      openStream(response);
      response.write(sse(chunk({ content: "half of" })), () => response.destroy());
    }),
    code: 1,
    says: ["scripted"],
  },
  {
    claim: "a stream without a finish reason",
    reply: raw((response) => {
      openStream(response);
      response.end(sse(chunk({ content: "half of" })));
    }),
    code: 1,
    says: ["scripted"],
  },
  { claim: "an empty answer", reply: say(""), code: 1, says: [/empty/i] },
  {
    claim: "an answer cut by length",
    reply: say("half of it", { finish: "length" }),
    code: 1,
    says: [/cut|length|limit/i],
  },
];

for (const { claim, reply, ...expected } of BROKEN) {
  endToEnd(`answers a server with ${claim} with exit code ${expected.code}`, async (hermes) => {
    await using server = await startScriptedServer(() => reply);
    useServer(hermes, server.baseUrl);
    assertOneMessage(await hermes.run(ASK), expected);
  });
}

endToEnd("answers a server that is not there with exit code 75", async (hermes) => {
  let baseUrl: string;
  {
    await using server = await startScriptedServer(() => say(""));
    baseUrl = server.baseUrl; // free again when the program asks
  }
  useServer(hermes, baseUrl);
  assertOneMessage(await hermes.run(ASK), { code: 75, says: [new URL(baseUrl).host] });
});

endToEnd("gets over a server that fails twice", async (hermes) => {
  await using server = await startScriptedServer(inOrder(status(500, "oops"), status(502, ""), say("well")));
  useServer(hermes, server.baseUrl);
  const { code, stdout } = await hermes.run(ASK);
  assert.deepEqual([code, stdout, server.requests.length], [0, "well\n", 3]);
});

endToEnd("tells the model of a tool that does not exist", async (hermes) => {
  await using server = await startScriptedServer(
    inOrder(callTools([{ name: "frobnicate", args: { level: 11 } }]), say("I see")),
  );
  useServer(hermes, server.baseUrl);
  const { code, stdout } = await hermes.run(ASK);
  assert.deepEqual([code, stdout], [0, "I see\n"]);
  const [result] = lastResults(server.requests[1]!);
  assert.equal(typeof result.error.code, "string");
  assert.match(result.error.message + result.error.hint, /frobnicate.*read_file/s);
});

for (
  const [claim, args] of [
    ["no JSON", '{"path": '],
    ["an unknown field", { path: "a", depth: 3 }],
    ["a wrong type", { path: 7 }],
  ] as const
) {
  endToEnd(`tells the model of arguments with ${claim}`, async (hermes) => {
    await using server = await startScriptedServer(
      inOrder(callTools([{ name: "read_file", args }]), say("I see")),
    );
    useServer(hermes, server.baseUrl);
    const { code, stdout } = await hermes.run(ASK);
    assert.deepEqual([code, stdout], [0, "I see\n"]);
    assert.equal(lastResults(server.requests[1]!)[0].error.code, "invalid_arguments");
  });
}

endToEnd("survives tool arguments of 8 MB and keeps its answer to them short", async (hermes) => {
  const path = "x".repeat(8_000_000);
  await using server = await startScriptedServer(
    inOrder(callTools([{ name: "read_file", args: { path } }]), say("I see")),
  );
  useServer(hermes, server.baseUrl);
  const { code, stdout } = await hermes.run(ASK);
  assert.deepEqual([code, stdout], [0, "I see\n"]);
  const answer = server.requests[1]!.body.messages.at(-1)!.content!;
  assert.ok(answer.length < 20_000, `${answer.length} characters`);
});
