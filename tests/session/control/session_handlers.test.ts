import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { ControlClient } from "../../../lib/session/control/client.ts";
import type { Visit } from "../../../lib/session/control/methods.ts";
import { serveSession } from "../../../lib/session/control/serve_session.ts";
import { sessionHandlers } from "../../../lib/session/control/session_handlers.ts";
import { readToken } from "../../../lib/session/control/token.ts";
import { finish } from "../../support/delegation_script.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { callTools, hold, type RecordedRequest, type Reply } from "../../support/scripted_server.ts";
import { TestSession } from "../../support/test_session.ts";
import { NEVER, SELF } from "./stage.ts";

const VISIT: Visit = { signal: NEVER, tell: () => {} };

/** Ends at once, or asks where its goal says so, or waits for `gate`. */
function child(gate: Promise<unknown> = Promise.resolve()) {
  return (request: RecordedRequest): Reply => {
    if (request.raw.includes("ASK")) return callTools([{ name: "ask_parent", args: { question: "Which?" } }]);
    return hold(gate, finish("done"));
  };
}

Deno.test("collect waits for its own task, whatever is asked or said in the session", async () => {
  const gate = Promise.withResolvers<void>();
  await using stage = await TestSession.open({ child: child(gate.promise) });
  const [slow = "", asking = ""] = await stage.spawn("SLOW", "ASK");
  const handlers = sessionHandlers(stage.session, "chat");
  const collecting = handlers.collect({ task_id: slow, timeout_s: null, ends_at_question: true }, VISIT);
  const asked = await handlers.collect({ task_id: asking, timeout_s: null, ends_at_question: true }, VISIT);
  assert.deepEqual([asked.status, asked.interrupted_by, asked.timed_out], ["needs_input", "question", false]);
  stage.session.supervisor.waits.messageCame(null);
  const looked = await handlers.collect({ task_id: slow, timeout_s: 0, ends_at_question: true }, VISIT);
  assert.deepEqual([looked.status, looked.timed_out, looked.interrupted_by], ["running", true, undefined]);
  gate.resolve();
  const task = await collecting;
  assert.deepEqual([task.status, task.summary, task.delivered], ["completed", "done", false]);
});

Deno.test("deliver counts once, for a result of the shell's own that is over; never for a chat's", async () => {
  const gate = Promise.withResolvers<void>();
  await using stage = await TestSession.open({ child: child(gate.promise) });
  const [id = ""] = await stage.spawn("SLOW");
  const shell = sessionHandlers(stage.session, "delegate");
  const deliver = () => shell.deliver({ task_id: id }, VISIT);
  assert.deepEqual(await deliver(), { delivered: false }, "it still runs");
  gate.resolve();
  await shell.collect({ task_id: id, timeout_s: null, ends_at_question: true }, VISIT);
  const chat = sessionHandlers(stage.session, "chat");
  assert.deepEqual(await chat.deliver({ task_id: id }, VISIT), { delivered: false }, "it is the chat's");
  assert.deepEqual([await deliver(), await deliver()], [{ delivered: true }, { delivered: false }]);
  assert.deepEqual(stage.eventsOf("task.delivered").map(({ by }) => by), ["print"]);
});

Deno.test("follow replays a task's events after a number without a gap, and no other task's", async () => {
  await using stage = await TestSession.open({ child: child() });
  const [first = "", second = ""] = await stage.spawn("ONE", "TWO");
  const handlers = sessionHandlers(stage.session, "chat");
  const seen: number[] = [];
  const tell: Visit["tell"] = (event) => {
    assert.equal(event.task_id, second);
    if ("seq" in event) seen.push(event.seq);
  };
  const { task } = await handlers.follow({ task_id: second, since: 0 }, { signal: NEVER, tell });
  assert.equal(task.status, "completed");
  const all = stage.events.flatMap((event) => "seq" in event && event.task_id === second ? [event.seq] : []);
  assert.deepEqual(seen, all);
  const from = seen[1] ?? 0;
  seen.length = 0;
  await handlers.follow({ task_id: second, since: from }, { signal: NEVER, tell });
  assert.deepEqual(seen, all.filter((seq) => seq > from));
  await handlers.collect({ task_id: first, timeout_s: null, ends_at_question: true }, VISIT);
});

Deno.test("a host that a person has open takes no tasks of the shell", async () => {
  await using stage = await TestSession.open({ child: child() });
  const { delegate } = sessionHandlers(stage.session, "chat");
  assert.throws(() => delegate(undefined as never, VISIT), { name: "ToolFailure", code: "denied" });
});

Deno.test("serveSession() listens from the first task on and leaves nothing behind", async () => {
  await using stage = await TestSession.open({ child: child() });
  const { session, dir } = stage;
  const clock = new FakeClock();
  const socket = () =>
    session.store.hosts.live().find(({ hostId }) => hostId === session.hostId)?.socket ?? null;
  const serving = serveSession(session, { kind: "chat", configPath: `${dir}/config.yaml`, clock });
  await clock.advance(1_000);
  assert.equal(socket(), null, "there is no task yet");
  const [id = ""] = await stage.spawn("ONE");
  await clock.advance(1_000);
  await serving.listening;
  const path = socket() ?? "";
  const address = { socket: path, token: readToken(dir, session.hostId) ?? "" };
  const client = await ControlClient.connect(address, { host: SELF, clock }, { signal: NEVER });
  const task = await client.request("collect", { task_id: id, timeout_s: null, ends_at_question: true }, {
    signal: NEVER,
  });
  assert.equal(task.summary, "done");
  client[Symbol.dispose]();
  const disposed = serving[Symbol.asyncDispose]();
  await clock.advance(10_000);
  await disposed;
  assert.deepEqual([existsSync(path), readToken(dir, session.hostId)], [false, null]);
});
