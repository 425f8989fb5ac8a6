import assert from "node:assert/strict";
import { startOfflineServer } from "../../../lib/provider/offline/server.ts";
import type { Clock } from "../../../lib/support/clock.ts";

function post(baseUrl: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  return fetch(`${baseUrl}/chat/completions`, {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });
}

function ask(content: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { model: "offline", messages: [{ role: "user", content }], ...more };
}

/** The events of a stream as the wire has them, the last one a text. */
async function events(response: Response): Promise<Wire[]> {
  const lines = (await response.text()).trimEnd().split("\n\n").map((line) => line.replace(/^data: /, ""));
  assert.equal(lines.pop(), "[DONE]");
  return lines.map((line) => JSON.parse(line));
}

// deno-lint-ignore no-explicit-any -- the wire as a client reads it; every field used is asserted on
type Wire = any;

const tools = [{ type: "function", function: { name: "terminal" } }];

Deno.test("startOfflineServer() streams text in a few chunks, the reason of the end, usage when asked", async () => {
  await using server = await startOfflineServer();
  const body = JSON.stringify(
    ask("say: hällo wörld", { stream: true, stream_options: { include_usage: true } }),
  );
  const response = await post(server.baseUrl, body);
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const chunks = await events(response);
  const texts = chunks.flatMap(({ choices }) => choices.map((choice: Wire) => choice.delta.content ?? ""));
  assert.deepEqual(texts, ["", "häll", "o wö", "rld", ""]);
  assert.deepEqual(chunks.map(({ choices }) => choices[0]?.finish_reason), [
    null,
    null,
    null,
    null,
    "stop",
    undefined,
  ]);
  const input = Math.ceil(new TextEncoder().encode(body).length / 4);
  assert.deepEqual(chunks.at(-1).usage, {
    prompt_tokens: input,
    completion_tokens: 4,
    total_tokens: input + 4,
  });
  assert.ok(chunks.every(({ model }) => model === "offline"));
});

Deno.test("startOfflineServer() streams calls in pieces and none of the usage unasked", async () => {
  await using server = await startOfflineServer();
  const chunks = await events(await post(server.baseUrl, ask("run: echo hi", { stream: true, tools })));
  const deltas = chunks.flatMap(({ choices }) => choices[0].delta.tool_calls ?? []);
  assert.equal(deltas.map((delta) => delta.function.arguments).join(""), '{"command":"echo hi"}');
  assert.deepEqual([deltas[0].id, deltas[0].function.name, deltas.length], ["call_1", "terminal", 4]);
  assert.equal(chunks.at(-1).choices[0].finish_reason, "tool_calls");
  assert.ok(chunks.every(({ usage }) => usage === undefined));
});

Deno.test("startOfflineServer() answers without a stream by one document, the same each time", async () => {
  await using server = await startOfflineServer();
  const request = ask("run: echo hi", { tools });
  const texts = await Promise.all([1, 2].map(async () => await (await post(server.baseUrl, request)).text()));
  assert.equal(texts[0], texts[1]);
  assert.deepEqual(JSON.parse(texts[0] ?? "").choices, [{
    index: 0,
    message: {
      role: "assistant",
      content: null,
      tool_calls: [{
        id: "call_1",
        type: "function",
        function: { name: "terminal", arguments: '{"command":"echo hi"}' },
      }],
    },
    finish_reason: "tool_calls",
  }]);
});

Deno.test("startOfflineServer() lists its model", async () => {
  await using server = await startOfflineServer();
  const { data } = await (await fetch(`${server.baseUrl}/models`)).json();
  assert.deepEqual(data.map(({ id }: Wire) => id), ["offline"]);
});

const MALFORMED: readonly (readonly [string, RegExp])[] = [
  ["{", /not JSON/],
  ["[]", /not a JSON object/],
  ["{}", /messages must be a list/],
  ['{"messages": []}', /messages must be a list/],
  ['{"messages": [{"role": "wizard"}]}', /messages\[0\] has no role/],
  ['{"messages": [{"role": "user", "content": "hi"}], "tools": {}}', /tools must be a list/],
];

for (const [body, why] of MALFORMED) {
  Deno.test(`startOfflineServer() answers ${body} with 400 and goes on`, async () => {
    await using server = await startOfflineServer();
    const response = await post(server.baseUrl, body);
    assert.equal(response.status, 400);
    assert.match((await response.json()).error.message, why);
    assert.equal(
      (await (await post(server.baseUrl, ask("say: hi"))).json()).choices[0].message.content,
      "hi",
    );
  });
}

Deno.test("startOfflineServer() knows no other place", async () => {
  await using server = await startOfflineServer();
  const response = await fetch(`${server.baseUrl}/embeddings`, { method: "POST", body: "{}" });
  assert.deepEqual([response.status, typeof (await response.json()).error.message], [404, "string"]);
});

/** A clock that stands still; its timers are called, and taken back, under the eyes of the test. */
class StillClock implements Clock {
  #now = 0;
  readonly #timers: { readonly at: number; readonly callback: () => void }[] = [];
  #seen = Promise.withResolvers<"set" | "taken back">();

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): Disposable {
    const timer = { at: this.#now + ms, callback };
    this.#timers.push(timer);
    this.#seen.resolve("set");
    return { [Symbol.dispose]: () => this.#seen.resolve("taken back") };
  }

  /** The next thing that happens to a timer. */
  async next(): Promise<"set" | "taken back"> {
    const what = await this.#seen.promise;
    this.#seen = Promise.withResolvers();
    return what;
  }

  /** Lets the time pass until the timer that was set; returns how much that was, in ms. */
  async pass(): Promise<number> {
    assert.equal(await this.next(), "set");
    const timer = this.#timers.shift();
    const passed = (timer?.at ?? 0) - this.#now;
    this.#now += passed;
    timer?.callback();
    return passed;
  }
}

Deno.test("startOfflineServer() holds what follows a wait, sends what precedes it, and shows that it lives", async () => {
  const clock = new StillClock();
  await using server = await startOfflineServer(clock);
  const response = await post(server.baseUrl, ask("say: a then wait: 25 then say: b", { stream: true }));
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const readUntil = async (part: string) => {
    while (!text.includes(part)) text += (await reader.read()).value;
  };
  await readUntil('"content":"a"');
  assert.equal(await clock.pass(), 10_000);
  await readUntil('"delta":{}');
  assert.deepEqual([await clock.pass(), text.includes('"content":"b"')], [10_000, false]);
  assert.equal(await clock.pass(), 5_000);
  await readUntil("[DONE]");
  assert.match(text, /"content":"b"/);
  await reader.cancel();
});

Deno.test("startOfflineServer() ends a wait when the client goes away", async () => {
  const clock = new StillClock();
  await using server = await startOfflineServer(clock);
  for (const stream of [true, false]) {
    const stop = new AbortController();
    const reading = post(server.baseUrl, ask("wait: 3600", { stream }), stop.signal).then((it) => it.text());
    assert.equal(await clock.next(), "set");
    stop.abort();
    await assert.rejects(reading, { name: "AbortError" });
    assert.equal(await clock.next(), "taken back");
  }
});

// A timer or a connection that is left would trip the sanitizers.
Deno.test("startOfflineServer() disposed ends what waits", async () => {
  const server = await startOfflineServer();
  const whole = assert.rejects(post(server.baseUrl, ask("wait: 3600")));
  const streamed = await post(server.baseUrl, ask("wait: 3600", { stream: true }));
  const reading = assert.rejects(streamed.text());
  await server[Symbol.asyncDispose]();
  await Promise.all([reading, whole]);
});
