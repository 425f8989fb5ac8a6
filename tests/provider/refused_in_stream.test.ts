import assert from "node:assert/strict";
import { type Api, PLAIN_DIALECT } from "../../lib/protocol/dialect.ts";
import { createBroker } from "../../lib/provider/broker.ts";
import { createModelClient } from "../../lib/provider/model_client.ts";
import { DEFAULT_RETRY } from "../../lib/provider/retry.ts";
import { systemClock } from "../../lib/support/clock.ts";
import { ProviderError } from "../../lib/support/errors.ts";
import { openStream, raw, type Reply, sse, startScriptedServer } from "../support/scripted_server.ts";
import { HELLO } from "./ask_model.ts";
import { endpoint, never, NO_CAPS } from "./broker_fixture.ts";

const REFUSALS: readonly (readonly [error: object, code: string])[] = [
  [{ code: "rate_limit_exceeded", message: "Slow down" }, "rate_limited"],
  [{ code: "insufficient_quota", message: "Check your plan and billing" }, "quota"],
  [{ code: "context_length_exceeded", message: "Too long" }, "context_length"],
  [{ code: "invalid_api_key", message: "Incorrect API key provided" }, "auth"],
  [{ code: "content_filter", message: "The prompt was flagged" }, "content_filter"],
  [{ code: "invalid_prompt", message: "Not that" }, "bad_request"],
  [{ type: "overloaded_error", message: "Overloaded" }, "server"],
];

const STARTED = { type: "response.created", response: { id: "r", status: "in_progress", output: [] } };

/** How a wire tells in the middle of a stream that a request has failed. */
const TOLD: readonly (readonly [claim: string, api: Api, events: (error: object) => readonly object[]])[] = [
  ["an error", "chat", (error) => [{ error }]],
  ["an error after an empty delta", "chat", (error) => [
    { choices: [{ index: 0, delta: { role: "assistant", content: "" } }] },
    { error },
  ]],
  ["response.failed", "responses", (error) => [
    STARTED,
    { type: "response.failed", response: { status: "failed", output: [], error, usage: null } },
  ]],
  ["counts of nothing", "responses", (error) => [
    STARTED,
    {
      type: "response.failed",
      response: { status: "failed", error, usage: { input_tokens: 0, output_tokens: 0 } },
    },
  ]],
  ["an error event", "responses", (error) => [STARTED, { ...error, type: "error", error }]],
  ["an error event", "messages", (error) => [{ type: "error", error }]],
];

/** What a request is booked at, and the code of its error. */
async function booked(api: Api, reply: Reply): Promise<readonly unknown[]> {
  await using server = await startScriptedServer(() => reply);
  const rows: unknown[] = [];
  const broker = createBroker({
    endpointOf: () => endpoint(["k"], server.baseUrl),
    settingsOf: () => ({ max_output_tokens: null }),
    budget: { session: NO_CAPS },
    onRequest: ({ usage }) => rows.push([usage.input > 0, usage.output]),
    clock: systemClock,
    random: () => 0,
  });
  const client = createModelClient({
    broker,
    model: { provider: "p", model: "m", reasoningEffort: null },
    clock: systemClock,
    dialects: { "p/m": { ...PLAIN_DIALECT, api } },
    retry: { ...DEFAULT_RETRY, maxAttempts: 1, maxRateLimited: 1 },
  });
  let code = "";
  try {
    const answer = client.request(HELLO, never());
    while (!(await answer.next()).done);
  } catch (error) {
    assert.ok(error instanceof ProviderError, String(error));
    code = error.code;
  }
  return [...rows, code];
}

function send(events: readonly object[]): Reply {
  return raw((response) => {
    openStream(response);
    for (const event of events) response.write(sse(event));
    response.end();
  });
}

for (const [claim, api, events] of TOLD) {
  Deno.test(`a refusal told as ${claim} over ${api} before any output is booked at nothing`, async () => {
    for (const [error, code] of REFUSALS) {
      assert.deepEqual(await booked(api, send(events(error))), [[false, 0], code], JSON.stringify(error));
    }
  });
}

Deno.test("a failure after some output, and a stream that ends without a word, are booked at the estimate", async () => {
  const said = { choices: [{ index: 0, delta: { content: "half" } }] };
  const error = { message: "Overloaded" };
  assert.deepEqual(await booked("chat", send([said, { error }])), [[true, 4 + 256], "server"]);
  assert.deepEqual(await booked("chat", send([])), [[true, 256], "cut"]);
  const started = { type: "message_start", message: { content: [], usage: { input_tokens: 9 } } };
  assert.deepEqual(await booked("messages", send([started, { type: "error", error }])), [
    [true, 0],
    "server",
  ]);
});
