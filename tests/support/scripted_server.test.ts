import assert from "node:assert/strict";
import { callTools, hold, say, silence, startScriptedServer, status } from "./scripted_server.ts";

function post(baseUrl: string, body: Record<string, unknown> = {}, signal?: AbortSignal): Promise<Response> {
  return fetch(`${baseUrl}/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ model: "m", messages: [], ...body }),
    ...(signal ? { signal } : {}),
  });
}

Deno.test("startScriptedServer() answers 150 streams at once", async () => {
  const open = Promise.withResolvers<void>();
  await using server = await startScriptedServer(() => hold(open.promise, say("hello")));
  const answers = Array.from({ length: 150 }, () => post(server.baseUrl));
  await server.waitForRequest((request) => request.index === 149);
  open.resolve();
  const texts = await Promise.all((await Promise.all(answers)).map((answer) => answer.text()));
  assert.equal(new Set(texts).size, 1);
  assert.match(texts[0] ?? "", /"content":"he".*"finish_reason":"stop".*\[DONE\]\n\n$/s);
});

Deno.test("RecordedRequest.ended tells a client that went away", async () => {
  await using server = await startScriptedServer(() => silence());
  const stop = new AbortController();
  const answer = post(server.baseUrl, {}, stop.signal);
  const request = await server.waitForRequest(() => true);
  stop.abort();
  await assert.rejects(answer);
  await request.ended;
  assert.equal(request.aborted, true);
});

Deno.test("callTools() in pieces interleaves the calls and loses nothing", async () => {
  const calls = [{ name: "a", args: { text: "one two three" } }, { name: "b", args: { n: [1, 2, 3] } }];
  await using server = await startScriptedServer(() => callTools(calls, { pieces: true }));
  const text = await (await post(server.baseUrl)).text();
  const joined = ["", ""];
  for (const line of text.split("\n\n").filter((line) => line.includes('tool_calls":['))) {
    const call = JSON.parse(line.slice(6)).choices[0].delta.tool_calls[0];
    joined[call.index] += call.function.arguments;
  }
  assert.deepEqual(joined, calls.map((call) => JSON.stringify(call.args)));
});

Deno.test("startScriptedServer() lists models, sends statuses and 400 for a handler that throws", async () => {
  await using server = await startScriptedServer((request) => {
    if (request.index === 0) return status(503, { error: { message: "busy" } }, { "retry-after": "1" });
    throw new Error("unexpected");
  });
  const models = await (await fetch(`${server.baseUrl}/models`)).json();
  assert.equal(models.data[0].id, "scripted");
  const busy = await post(server.baseUrl);
  assert.deepEqual([busy.status, busy.headers.get("retry-after"), await busy.json()], [503, "1", {
    error: { message: "busy" },
  }]);
  const thrown = await post(server.baseUrl);
  assert.equal(thrown.status, 400);
  assert.match(await thrown.text(), /unexpected/);
  assert.equal(server.requests.length, 2);
});
