import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { existsSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { SessionEvent } from "../../../lib/protocol/events.ts";
import { HostGone } from "../../../lib/session/control/client.ts";
import { CONTROL_LIMITS } from "../../../lib/session/control/limits.ts";
import { PROTOCOL, type Visit } from "../../../lib/session/control/methods.ts";
import { ControlServer } from "../../../lib/session/control/server.ts";
import { aborted } from "../../../lib/support/clock.ts";
import { ToolFailure, UserError } from "../../../lib/support/errors.ts";
import { sampleTask } from "../../cli/render/sample_task.ts";
import { ControlStage, HOST, NEVER } from "./stage.ts";

/** A socket without any manners. */
class RawClient implements Disposable {
  readonly socket: Socket;
  /** Resolves with all that was said when the other side has closed. */
  readonly closed: Promise<string>;

  constructor(path: string) {
    const pieces: Buffer[] = [];
    const { promise, resolve } = Promise.withResolvers<string>();
    this.socket = connect(path);
    this.socket.on("data", (bytes: Buffer) => pieces.push(bytes));
    this.socket.on("error", () => {});
    this.socket.once("close", () => resolve(Buffer.concat(pieces).toString()));
    this.closed = promise;
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

function hello(token: string, protocol = PROTOCOL, id = 1): string {
  return JSON.stringify({ jsonrpc: "2.0", id, method: "hello", params: { token, protocol } }) + "\n";
}

function event(seq: number, text = ""): SessionEvent {
  return {
    type: "task.question",
    question: text,
    seq,
    at: "2026-01-01T00:00:00.000Z",
    session_id: "s00001",
  };
}

Deno.test("a client that knows the token is answered", async () => {
  await using stage = await ControlStage.open();
  using client = await stage.connect();
  assert.deepEqual(await client.request("ping", {}, { signal: NEVER }), {
    host_id: HOST,
    session_id: "s00001",
    kind: "detached",
    pid: 1,
  });
});

Deno.test("a wrong token, a wrong version and a request before hello are refused and closed", async () => {
  await using stage = await ControlStage.open();
  await assert.rejects(stage.connect("0".repeat(64)), {
    name: "UserError",
    message: "Cannot talk to this host: the token is wrong",
  });
  using version = new RawClient(stage.server.path);
  version.socket.write(hello(stage.token, 99));
  assert.match(
    await version.closed,
    /"code":-32001,"message":"Cannot talk to this host: it speaks version 2 /,
  );
  using early = new RawClient(stage.server.path);
  early.socket.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
  assert.match(await early.closed, /the token is wrong/);
  await stage.untilClients(0);
});

for (
  const [claim, bytes] of [
    ["garbage", "GET / HTTP/1.1\r\n\r\n"],
    ["a message that is none", '{"id": "x"}\n'],
    ["bytes without end", "x".repeat(5000)],
  ] as const
) {
  Deno.test(`${claim} is refused and closed, and nobody else notices`, async () => {
    await using stage = await ControlStage.open({}, { greetingBytes: 4096 });
    using client = await stage.connect();
    using raw = new RawClient(stage.server.path);
    raw.socket.write(bytes);
    assert.match(await raw.closed, /^\{"jsonrpc":"2.0","id":null,"error":\{"code":-32[67]00,/);
    assert.equal((await client.request("ping", {}, { signal: NEVER })).host_id, HOST);
  });
}

Deno.test("half a line and then nothing costs nobody anything", async () => {
  await using stage = await ControlStage.open();
  using raw = new RawClient(stage.server.path);
  raw.socket.write(hello(stage.token) + '{"jsonrpc":"2.0","id":2,"meth');
  await stage.untilClients(1);
  raw.socket.destroy();
  await stage.untilClients(0);
});

Deno.test("a client that says nothing is let go after a while", async () => {
  await using stage = await ControlStage.open();
  using raw = new RawClient(stage.server.path);
  await stage.untilClients(1);
  await stage.clock.advance(10_000);
  assert.equal(await raw.closed, "");
  await stage.untilClients(0);
});

Deno.test("unknown methods and wrong parameters are refused, and the client stays", async () => {
  await using stage = await ControlStage.open();
  using client = await stage.connect();
  await assert.rejects(client.request("nonsense" as "ping", {}, { signal: NEVER }), /no such method/);
  await assert.rejects(
    client.request("collect", { task_id: "t00001", timeout_s: -1, ends_at_question: true }, {
      signal: NEVER,
    }),
    (error: unknown) =>
      error instanceof ToolFailure && error.code === "invalid_arguments" && /timeout_s/.test(error.message),
  );
  await client.request("ping", {}, { signal: NEVER });
});

Deno.test("errors come over with all that people and programs read of them", async () => {
  const failure = new ToolFailure("not_running", "Cannot steer task t00001: it is stopping", {
    hint: "Wait",
  });
  const refusal = new UserError("Cannot use provider", { hint: "Set a key", exitCode: 78 });
  await using stage = await ControlStage.open({
    call: () => Promise.reject(failure),
    resume: () => Promise.reject(refusal),
    deliver: () => {
      throw new TypeError("a bug of ours");
    },
  });
  using client = await stage.connect();
  const asked = { signal: NEVER };
  await assert.rejects(client.request("call", { tool: "check_task", args: {} }, asked), {
    name: "ToolFailure",
    code: "not_running",
    message: failure.message,
    hint: "Wait",
  });
  await assert.rejects(client.request("resume", { task_ids: ["t00001"], env: {}, secrets: {} }, asked), {
    name: "UserError",
    message: refusal.message,
    hint: "Set a key",
    exitCode: 78,
  });
  await assert.rejects(client.request("deliver", { task_id: "t00001" }, asked), { code: "internal" });
});

Deno.test("a client that goes away ends what it waits for, and nothing else", async () => {
  const began = Promise.withResolvers<Visit>();
  await using stage = await ControlStage.open({
    follow: (_params, visit) => {
      began.resolve(visit);
      return aborted(visit.signal);
    },
  });
  using other = await stage.connect();
  const client = await stage.connect();
  const following = client.request("follow", { task_id: null, since: 0 }, { signal: NEVER });
  const { signal } = await began.promise;
  assert.equal(signal.aborted, false);
  client[Symbol.dispose]();
  await assert.rejects(following, HostGone);
  await stage.untilClients(1);
  assert.equal(signal.aborted, true);
  await other.request("ping", {}, { signal: NEVER });
});

Deno.test("request() ends with its signal, and the connection goes on", async () => {
  await using stage = await ControlStage.open({ follow: (_params, { signal }) => aborted(signal) });
  using client = await stage.connect();
  const abort = new AbortController();
  const following = client.request("follow", { task_id: null, since: 0 }, { signal: abort.signal });
  abort.abort(new DOMException("Enough", "AbortError"));
  await assert.rejects(following, { name: "AbortError" });
  await client.request("ping", {}, { signal: NEVER });
});

Deno.test("events come in order, before the answer, each to who asked", async () => {
  await using stage = await ControlStage.open({
    follow({ since }, { tell }) {
      for (let seq = since + 1; seq <= since + 500; seq++) tell(event(seq));
      return { task: sampleTask() };
    },
  });
  using client = await stage.connect();
  const follow = async (since: number) => {
    const seen: number[] = [];
    const onEvent = (each: SessionEvent) => void seen.push("seq" in each ? each.seq : -1);
    await client.request("follow", { task_id: "t7f3k9", since }, { signal: NEVER, onEvent });
    return seen;
  };
  const [first, second] = await Promise.all([follow(0), follow(1000)]);
  assert.deepEqual(first, Array.from({ length: 500 }, (_, n) => n + 1));
  assert.deepEqual(second, Array.from({ length: 500 }, (_, n) => n + 1001));
});

Deno.test("a large answer comes over whole", async () => {
  const large = "ä".repeat(3_000_000);
  await using stage = await ControlStage.open({ call: () => ({ summary: large }) });
  using client = await stage.connect();
  const reply = await client.request("call", { tool: "check_task", args: {} }, { signal: NEVER });
  assert.equal((reply as { summary: string }).summary, large);
});

Deno.test("a client that never reads is dropped before it fills the memory of the host", async () => {
  const dropped = Promise.withResolvers<void>();
  let told = 0;
  await using stage = await ControlStage.open({
    async follow(_params, { signal, tell }) {
      signal.addEventListener("abort", () => dropped.resolve());
      while (!signal.aborted) {
        tell(event(++told, "x".repeat(10_000)));
        if (told % 10 === 0) await nextTurn();
      }
      return { task: sampleTask() };
    },
  }, { unreadBytes: 1_000_000 });
  using raw = new RawClient(stage.server.path);
  raw.socket.pause();
  raw.socket.write(hello(stage.token));
  raw.socket.write('{"jsonrpc":"2.0","id":2,"method":"follow","params":{"task_id":null,"since":0}}\n');
  raw.socket.pause();
  await dropped.promise;
  assert.ok(told < 2_000, `${told} events were kept for it`);
  using client = await stage.connect();
  await client.request("ping", {}, { signal: NEVER });
});

Deno.test("a hundred clients at once are all answered", async () => {
  await using stage = await ControlStage.open();
  const clients = await Promise.all(Array.from({ length: 100 }, () => stage.connect()));
  const answers = await Promise.all(clients.map((each) => each.request("ping", {}, { signal: NEVER })));
  assert.equal(answers.filter(({ host_id }) => host_id === HOST).length, 100);
  for (const client of clients) client[Symbol.dispose]();
  await stage.untilClients(0);
});

Deno.test("a host about to leave sends its clients elsewhere", async () => {
  await using stage = await ControlStage.open();
  using client = await stage.connect();
  stage.server.leave();
  await assert.rejects(
    client.request("ping", {}, { signal: NEVER }),
    (error: unknown) => error instanceof HostGone && !error.mayHaveDone,
  );
  await assert.rejects(stage.connect(), HostGone);
});

Deno.test("a server that is disposed leaves no file, and who waits is told that it has gone", async () => {
  await using stage = await ControlStage.open({ follow: (_params, { signal }) => aborted(signal) });
  using client = await stage.connect();
  const following = client.request("follow", { task_id: null, since: 0 }, { signal: NEVER });
  const rejected = assert.rejects(
    following,
    (error: unknown) => error instanceof HostGone && error.mayHaveDone,
  );
  await client.request("ping", {}, { signal: NEVER }); // it has been asked
  const { path } = stage.server;
  await stage.server[Symbol.asyncDispose]();
  await rejected;
  assert.deepEqual([existsSync(path), stage.token], [false, ""]);
});

Deno.test("connect() finds nobody behind a stale socket, and listen() puts itself in its place", async () => {
  await using stage = await ControlStage.open();
  const { path } = stage.server;
  const { token } = stage;
  await stage.server[Symbol.asyncDispose]();
  await assert.rejects(stage.connect(token), HostGone);
  writeFileSync(path, "");
  const again = await ControlServer.listen({
    home: stage.dir.path,
    hostId: HOST,
    handlers: { ping: () => ({ host_id: HOST, session_id: "s00001", kind: "chat", pid: 1 }) } as never,
    clock: stage.clock,
  });
  using client = await stage.connect();
  assert.equal((await client.request("ping", {}, { signal: NEVER })).kind, "chat");
  client[Symbol.dispose]();
  await again[Symbol.asyncDispose]();
});

/** A request that waits. */
function following(id: number): string {
  return JSON.stringify({ jsonrpc: "2.0", id, method: "follow", params: { task_id: null, since: 0 } }) + "\n";
}

Deno.test("who has not said the token may say little, and no more are heard than there is room for", async () => {
  await using stage = await ControlStage.open({}, { connections: 10 });
  using long = new RawClient(stage.server.path);
  long.socket.write("x".repeat(100_000));
  assert.match(await long.closed, /Cannot take the request: it has more than 4096 bytes/);
  const mute = Array.from({ length: 30 }, () => new RawClient(stage.server.path));
  await Promise.all(mute.slice(0, 20).map(({ closed }) => closed));
  await stage.untilClients(10);
  using client = await stage.connect();
  assert.equal((await client.request("ping", {}, { signal: NEVER })).host_id, HOST);
  for (const raw of mute) raw[Symbol.dispose]();
});

Deno.test("one client waits for so much at once and is told so; all together for so much, and the greediest goes", async () => {
  const limits = { requests: 5, totalRequests: 8 };
  await using stage = await ControlStage.open({ follow: (_params, { signal }) => aborted(signal) }, limits);
  using greedy = await stage.connect();
  const waits = Array.from(
    { length: 5 },
    () => assert.rejects(greedy.request("follow", { task_id: null, since: 0 }, { signal: NEVER }), HostGone),
  );
  await assert.rejects(greedy.request("ping", {}, { signal: NEVER }), {
    name: "UserError",
    message: "Cannot take the request: this client waits for 5 already",
    exitCode: 75,
  });
  using other = await stage.connect();
  const modest = Array.from(
    { length: 4 },
    () => assert.rejects(other.request("follow", { task_id: null, since: 0 }, { signal: NEVER }), HostGone),
  );
  await Promise.all(waits);
  await other.request("ping", {}, { signal: NEVER });
  other[Symbol.dispose]();
  await Promise.all(modest);
});

Deno.test("a request that is too long is refused with words, and the host goes on", async () => {
  await using stage = await ControlStage.open({}, { lineBytes: 100_000 });
  using client = await stage.connect();
  const most = CONTROL_LIMITS.lineBytes;
  await assert.rejects(
    client.request("call", { tool: "steer_task", args: { text: "ä".repeat(most / 2) } }, { signal: NEVER }),
    { name: "UserError", message: `Cannot take the request: it has more than ${most} bytes`, exitCode: 2 },
  );
  const args = { text: "x".repeat(100_000) };
  await assert.rejects(client.request("call", { tool: "steer_task", args }, { signal: NEVER }), {
    name: "UserError",
    message: "Cannot take the request: it has more than 100000 bytes",
    exitCode: 2,
  });
});

Deno.test("who does not read is asked for no more, and cut off after a while", async () => {
  let calls = 0;
  const call = () => (calls++, { text: "x".repeat(100_000) });
  await using stage = await ControlStage.open({ call }, { pauseBytes: 500_000 });
  using raw = new RawClient(stage.server.path);
  raw.socket.pause();
  raw.socket.write(hello(stage.token));
  const look = { jsonrpc: "2.0", id: 2, method: "call", params: { tool: "list_tasks", args: {} } };
  raw.socket.write(`${JSON.stringify(look)}\n`.repeat(1000));
  using other = await stage.connect();
  const isQuiet = async () => {
    const before = calls;
    for (let n = 0; n < 20; n++) await other.request("ping", {}, { signal: NEVER });
    return calls === before && calls > 0;
  };
  while (!await isQuiet());
  assert.ok(calls < 100, `${calls} answers wait for it`);
  await stage.clock.advance(30_000);
  await stage.untilClients(1);
});

Deno.test("who sends without end costs no more than its share, and others are answered", async () => {
  const limits = { totalBytes: 1_000_000, lineBytes: 900_000 };
  await using stage = await ControlStage.open({ follow: (_params, { signal }) => aborted(signal) }, limits);
  using client = await stage.connect();
  const senders = Array.from({ length: 5 }, () => {
    const raw = new RawClient(stage.server.path);
    raw.socket.write(hello(stage.token) + following(2) + "x".repeat(800_000));
    return raw;
  });
  await Promise.any(senders.map(({ closed }) => closed));
  assert.equal((await client.request("ping", {}, { signal: NEVER })).host_id, HOST);
  for (const raw of senders) raw[Symbol.dispose]();
  await stage.untilClients(1);
});
