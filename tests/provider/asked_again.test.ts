import assert from "node:assert/strict";
import type { AssistantMessage, Message } from "../../lib/protocol/conversation.ts";
import { answerBlocks, textBlock } from "../support/messages_reply.ts";
import { messageItem, respond } from "../support/responses_reply.ts";
import {
  chunk,
  inOrder,
  openStream,
  raw,
  type RecordedRequest,
  type Reply,
  say,
  sse,
  startScriptedServer,
  status,
} from "../support/scripted_server.ts";
import type { Reading } from "../support/wire_reading.ts";
import { ask, type AskOptions } from "./ask_model.ts";

const REFUSED_TOOLS =
  "Function tools with reasoning_effort are not supported for m1 in /v1/chat/completions. Please use /v1/responses instead.";
const TOOLS = [{ name: "a", description: "d", parameters: { type: "object" } }];

function refuse(message: string, code = 400) {
  return status(code, { error: { message, type: "invalid_request_error" } });
}

function carrying(account: string): AssistantMessage {
  const fields = { reasoning_details: [{ type: "reasoning.encrypted", data: "xyz" }] };
  return {
    role: "assistant",
    content: "a",
    toolCalls: [],
    carried: { provider: "test", model: "m1", account, api: "chat", items: [{ type: "message", fields }] },
  };
}

/** The operations asked for, and what came of it. */
async function asked(replies: readonly Reply[], options: AskOptions) {
  await using server = await startScriptedServer(inOrder(...replies));
  const result = await ask(server.baseUrl, options);
  return { ...result, requests: [...server.requests] };
}

const operations = (requests: readonly RecordedRequest[]) => requests.map(({ operation }) => operation);

Deno.test("request() asks over the wire that the server names, tells of the lesson, and goes on there", async () => {
  const { reply, requests, outcomes } = await asked(
    [refuse(REFUSED_TOOLS), respond(messageItem("hello"))],
    { dialect: { isApiOpen: true }, request: { messages: [{ role: "user", content: "hi" }], tools: TOOLS } },
  );
  assert.equal(reply?.message.content, "hello");
  assert.deepEqual(operations(requests), ["chat/completions", "responses"]);
  assert.equal(outcomes[0]?.lessons?.api, "responses");
});

Deno.test("request() ends with the refusal where config.yaml has settled the wire", async () => {
  const { reply, error, requests } = await asked([refuse(REFUSED_TOOLS)], {});
  assert.deepEqual([reply, requests.length], [null, 1]);
  assert.match(String(error), /Function tools with reasoning_effort are not supported/);
});

Deno.test("request() leaves an optional field out that the server does not know, and nothing else", async () => {
  const { reply, requests } = await asked(
    [refuse("Unrecognized request argument supplied: stream_options"), say("ok")],
    {},
  );
  assert.equal(reply?.message.content, "ok");
  const [first, second] = requests.map(({ body }) => Object.keys(body));
  assert.deepEqual(second, first?.filter((name) => name !== "stream_options"));
});

Deno.test("request() learns several things one after the other", async () => {
  const { reply, requests } = await asked(
    [
      refuse("Unsupported parameter: 'max_completion_tokens' is not supported with this model."),
      refuse("Unknown parameter: 'stream_options'"),
      refuse("max_tokens: 900 > 512, which is the maximum"),
      say("ok"),
    ],
    { outputLimit: 900 },
  );
  assert.equal(reply?.message.content, "ok");
  const last: Reading = requests.at(-1)?.body;
  assert.deepEqual([last.max_tokens, last.max_completion_tokens, last.stream_options], [
    512,
    undefined,
    undefined,
  ]);
});

Deno.test("request() drops what was carried when the server cannot read it, once", async () => {
  const reasoned = raw((response) => {
    openStream(response);
    response.write(
      sse(chunk({ content: "a", reasoning_details: [{ type: "reasoning.encrypted" }] }, "stop")),
    );
    response.end(sse("[DONE]"));
  });
  const first = await asked([reasoned], {});
  const account = first.reply?.message.carried?.account ?? "";
  const messages: Message[] = [{ role: "user", content: "u" }, carrying(account), {
    role: "user",
    content: "v",
  }];
  const words = "The encrypted content xyz could not be verified";
  const again = await asked([refuse(words), say("ok")], { request: { messages, tools: [] } });
  assert.equal(again.reply?.message.content, "ok");
  assert.deepEqual(again.requests.map(({ raw }) => raw.includes("reasoning_details")), [true, false]);
  const stubborn = await asked([refuse(words), refuse(words)], { request: { messages, tools: [] } });
  assert.deepEqual([stubborn.reply, stubborn.requests.length], [null, 2]);
});

Deno.test("request() sends nothing to one key that was made with another", async () => {
  const messages: Message[] = [{ role: "user", content: "u" }, carrying("of-another-key"), {
    role: "user",
    content: "v",
  }];
  const { requests } = await asked([say("ok")], { request: { messages, tools: [] } });
  assert.equal(requests[0]?.raw.includes("reasoning_details"), false);
});

Deno.test("request() over the Messages wire brings the key and the version in its headers", async () => {
  const { reply, requests } = await asked([answerBlocks(textBlock("hello"))], { api: "messages" });
  const [request] = requests;
  assert.ok(request);
  const { headers, operation } = request;
  assert.equal(reply?.message.content, "hello");
  assert.deepEqual(
    [operation, headers["x-api-key"], headers["anthropic-version"], headers.authorization],
    ["messages", "sk-planted-key", "2023-06-01", undefined],
  );
});

Deno.test("request() names the conversation's family to a server that keeps its cache by it, to no other", async () => {
  const keyOf = async (takesCacheKey: boolean) => {
    const { requests } = await asked([say("ok")], { dialect: { takesCacheKey }, cacheKey: "s1" });
    return requests[0]?.body.prompt_cache_key;
  };
  assert.deepEqual([await keyOf(true), await keyOf(false)], ["s1", undefined]);
});

Deno.test("request() sends no half of a character, wherever it stands", async () => {
  const half = "cut \ud83d";
  const messages: Message[] = [
    { role: "system", content: half },
    { role: "user", content: `${half} whole \ud83d\ude00` },
    {
      role: "assistant",
      content: "",
      toolCalls: [{ id: "c", name: "a", arguments: JSON.stringify({ path: half }) }],
    },
    { role: "tool", callId: "c", content: half },
  ];
  for (
    const [api, reply] of [["chat", say("ok")], ["responses", respond(messageItem("ok"))], [
      "messages",
      answerBlocks(textBlock("ok")),
    ]] as const
  ) {
    const { requests } = await asked([reply], { api, request: { messages, tools: TOOLS } });
    const sent = requests[0]?.raw ?? "";
    assert.equal(sent.match(/(\\+u[fF]{3}[dD]|\ufffd)/g)?.length, 4, api);
    assert.equal(/\\+u[dD]83[dD](?!\\+u[dD])/.test(sent), false, api);
    assert.ok(sent.includes("whole \ud83d\ude00"), api);
  }
});
