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
  {
    claim: "a wrong key told as 400",
    reply: status(400, [{ error: { code: 400, message: "API key not valid.", status: "INVALID_ARGUMENT" } }]),
    code: 78,
    says: ["400", "API key not valid", "SCRIPTED_KEY"],
  },
  {
    claim: "a flagged prompt told as 403",
    reply: status(403, {
      error: {
        message: "Provider returned error",
        metadata: { raw: '{"error":"Content violates usage guidelines"}' },
      },
    }),
    code: 1,
    says: ["403", "Provider returned error: Content violates usage guidelines"],
  },
  {
    claim: "a model that the account may not use",
    reply: refusal(403, "Project `p` does not have access to model `scripted-model`"),
    code: 1,
    says: ["403", "does not have access to model"],
  },
  {
    claim: "spent credit told as 429",
    reply: status(429, { error: { message: "You exceeded your current quota", code: "insufficient_quota" } }),
    code: 78,
    says: ["429", "insufficient_quota", "no credit left"],
  },
  {
    claim: "a page told as 403",
    reply: status(403, "<html><head><title>Access denied | site</title></head><body><b>no</b></body></html>"),
    code: 78,
    says: ['a web page, "Access denied | site"'],
  },
  {
    claim: "a field that the server names by its place",
    reply: status(422, {
      detail: [{ loc: ["body", "messages", 0], msg: "Field required", input: { a: "api key invalid" } }],
    }),
    code: 1,
    says: ["422", "body.messages.0: Field required"],
  },
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
    code: 75,
    says: ["scripted"],
  },
  {
    claim: "a stream without a finish reason",
    reply: raw((response) => {
      openStream(response);
      response.end(sse(chunk({ content: "half of" })));
    }),
    code: 75,
    says: ["scripted"],
  },
  ...["insufficient_system_resource", "abort", "network_error"].map((finish) => ({
    claim: `a stream that ends for the reason ${finish}`,
    reply: say("half of it", { finish }),
    code: 75,
    says: [finish],
  })),
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

endToEnd("gets over a server that could not read what its own model called", async (hermes) => {
  const refused = [
    status(400, {
      error: { message: "Failed to call a function.", code: "tool_use_failed", failed_generation: "<f" },
    }),
    status(500, { error: { message: "error parsing tool call: raw='{', err=unexpected end of JSON input" } }),
    status(200, { error: { message: "MALFORMED_FUNCTION_CALL", code: 400 } }, {
      "content-type": "application/json",
    }),
  ];
  await using server = await startScriptedServer(inOrder(...refused, say("well")));
  useServer(hermes, server.baseUrl);
  const { code, stdout, stderr } = await hermes.run(ASK);
  assert.deepEqual([code, stdout, server.requests.length], [0, "well\n", 4], stderr);
});

endToEnd("does not wait for a limit to be full again", async (hermes) => {
  const far = { "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "6h0m0s" };
  const limited = (headers: Record<string, string>) => status(429, "", { ...far, ...headers });
  const slow = status(429, { error: { message: "Rate limit reached. Please try again in 20ms." } }, far);
  const date = new Date(0).toUTCString(); // the server's clock stands still
  const replies = [
    limited({ "retry-after": "0" }),
    limited({ "retry-after": date, date }),
    slow,
    say("well"),
  ];
  await using server = await startScriptedServer(inOrder(...replies));
  useServer(hermes, server.baseUrl);
  const { code, stdout, stderr } = await hermes.run(ASK);
  assert.deepEqual([code, stdout, server.requests.length], [0, "well\n", 4], stderr);
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
