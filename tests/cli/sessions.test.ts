import assert from "node:assert/strict";
import process from "node:process";
import type { TaskEvent } from "../../lib/protocol/task_state.ts";
import { runCli } from "../support/run_cli.ts";
import { StoredHome } from "../support/stored_home.ts";
import { completing } from "../support/task_records.ts";
import { TempDir } from "../support/temp_dir.ts";

const INTERRUPTED: readonly TaskEvent[] = [{ type: "started", at: 2 }, { type: "host_died", at: 3 }];
const RUNNING: readonly TaskEvent[] = [{ type: "started", at: 2 }];
const SECRET = "sk-sessions-0123456789";

function sessions(home: StoredHome, args: readonly string[], terminalColumns?: number) {
  const env = { ...home.env, MY_TOKEN: SECRET };
  return runCli(["sessions", ...args], {
    env,
    cwd: home.dir.path,
    ...terminalColumns ? { terminalColumns } : {},
  });
}

Deno.test("sessions list has the newest first and marks what is not done with", async () => {
  using home = new StoredHome();
  const first = home.session("first talk");
  home.task(first, completing("undelivered"));
  home.task(first, INTERRUPTED);
  home.store.tasks.deliver(home.task(first, completing("delivered")), "notice");
  await home.clock.advance(1000);
  const second = home.session("second talk");
  home.open(second);
  home.task(second, RUNNING);
  home.session("");
  const { code, stdout, stderr } = await sessions(home, ["list"]);
  assert.deepEqual([code, stderr], [0, ""]);
  const rows = stdout.trimEnd().split("\n").map((line) => line.split(/ {2,}/));
  assert.deepEqual(rows[0], ["ID", "KIND", "LAST", "TASKS", "TITLE"]);
  assert.deepEqual(rows.slice(1).map(([id, kind, _age, tasks, title]) => [id, kind, tasks, title]), [
    [second.sessionId, "chat (open)", "1 (1 live)", "second talk"],
    [first.sessionId, "chat", "3 (1 interrupted, 1 undelivered)", "first talk"],
  ]);
  const all = JSON.parse((await sessions(home, ["list", "--all", "--json"])).stdout);
  assert.equal(all.sessions.length, 3, "an empty one is listed too");
  const { pid, tasks, title } = all.sessions.find((each: { title: string }) => each.title === "second talk");
  assert.deepEqual([pid, title], [process.pid, "second talk"]);
  assert.deepEqual(tasks, { total: 1, live: 1, interrupted: 0, undelivered: 0 });
});

Deno.test("sessions list fits the terminal and leaves a state directory without sessions as it is", async () => {
  using home = new StoredHome();
  home.session("a talk about a lot of things, one after the other, that never seems to come to its end");
  for (const columns of [40, 80]) {
    const { stdout } = await sessions(home, ["list"], columns);
    for (const line of stdout.trimEnd().split("\n")) assert.ok(line.length <= columns, line);
  }
  using empty = new TempDir();
  const { code, stdout } = await runCli(["sessions", "list"], { env: { HERMES_HOME: empty.path } });
  assert.deepEqual([code, stdout], [0, "no sessions\n"]);
  assert.deepEqual([...Deno.readDirSync(empty.path)], []);
});

Deno.test("sessions show says what was said and what the tasks came to, without secrets", async () => {
  using home = new StoredHome();
  const session = home.session(`use ${SECRET}`);
  const taskId = home.task(session, completing("one\ntwo\nthree\nfour"), { goal: "count" });
  const { code, stdout } = await sessions(home, ["show", session.sessionId]);
  assert.equal(code, 0);
  assert.doesNotMatch(stdout, new RegExp(SECRET));
  assert.match(stdout, /^> use \[redacted/m);
  assert.match(stdout, /^Answer to use/m);
  assert.doesNotMatch(stdout, /You are a test/);
  assert.match(stdout, new RegExp(`${taskId} completed, undelivered: count\n +one\n +two\n +three\n +… `));
  const task = await sessions(home, ["show", taskId]);
  assert.match(task.stdout, new RegExp(`session: ${session.sessionId}\nid: ${taskId}\n`));
  assert.match(task.stdout, /Summary\none\ntwo\nthree\nfour\n/);
});

Deno.test("sessions export has the session, its conversation, its tasks and events in one document", async () => {
  using home = new StoredHome();
  const session = home.session("talk");
  const taskId = home.task(session, completing("the summary"));
  session.append({
    seq: 1,
    at: new Date(1).toISOString(),
    session_id: session.sessionId,
    type: "turn.started",
    turn: 1,
  });
  session.conversationChanged(taskId, {
    from: 0,
    messages: [
      { role: "user", content: "the goal" },
      {
        role: "assistant",
        content: "",
        toolCalls: [{ id: "c1", name: "terminal", arguments: `{"k":"${SECRET}"}` }],
      },
      { role: "tool", callId: "c1", content: "```\nfenced\n```" },
    ],
  });
  session.flush();
  const { stdout } = await sessions(home, ["export", session.sessionId]);
  assert.doesNotMatch(stdout, new RegExp(SECRET));
  const document = JSON.parse(stdout);
  assert.deepEqual(Object.keys(document), ["session", "usage", "conversation", "tasks", "events"]);
  assert.deepEqual(document.conversation.map(({ role }: { role: string }) => role), [
    "system",
    "user",
    "assistant",
  ]);
  assert.deepEqual(document.events.map(({ seq }: { seq: number }) => seq), [1]);
  const [task] = document.tasks;
  assert.deepEqual([task.task_id, task.status, task.summary], [taskId, "completed", "the summary"]);
  assert.deepEqual(task.conversation[2], { role: "tool", tool_call_id: "c1", content: "```\nfenced\n```" });
  const one = JSON.parse((await sessions(home, ["export", taskId])).stdout);
  assert.deepEqual([one.conversation, one.events, one.tasks.length], [null, [], 1]);
  const markdown = await sessions(home, [
    "export",
    session.sessionId,
    "--format",
    "markdown",
    "-o",
    "talk.md",
  ]);
  assert.deepEqual([markdown.code, markdown.stdout, markdown.stderr], [0, "", ""]);
  const written = Deno.readTextFileSync(home.dir.at("talk.md"));
  assert.match(written, /^# talk\n[^]*## Conversation[^]*> Answer to talk[^]*#### Summary\n\n> the summary/);
  assert.match(written, /\n````\n```\nfenced\n```\n````\n/, "a fence is longer than those inside");
  if (Deno.build.os !== "windows") assert.equal(Deno.statSync(home.dir.at("talk.md")).mode! & 0o777, 0o600);
});

Deno.test("sessions rm keeps what is undelivered, interrupted or live, and --force only the live", async () => {
  using home = new StoredHome();
  const done = home.session("done");
  home.store.tasks.deliver(home.task(done, completing("x")), "notice");
  const [undelivered, interrupted, live] = ["undelivered", "interrupted", "live"].map((title) =>
    home.session(title)
  );
  home.task(undelivered!, completing("x"));
  home.task(interrupted!, INTERRUPTED);
  home.open(live!);
  home.task(live!, RUNNING);
  const ids = [done, undelivered!, interrupted!, live!].map(({ sessionId }) => sessionId);
  const careful = await sessions(home, ["rm", ...ids, "--json"]);
  assert.equal(careful.code, 1);
  const { removed, kept } = JSON.parse(careful.stdout);
  assert.deepEqual(removed, [ids[0]]);
  assert.deepEqual(kept.map(({ session_id }: { session_id: string }) => session_id), ids.slice(1));
  assert.match(careful.stderr, new RegExp(`${ids[1]} stays: 1 result is not delivered, --force`));
  assert.match(careful.stderr, new RegExp(`${ids[2]} stays: 1 task is interrupted, --force`));
  assert.match(
    careful.stderr,
    new RegExp(`${ids[3]} stays: the process ${process.pid} has it open, 1 task is not over\n`),
  );
  const forced = await sessions(home, ["rm", ...ids.slice(1), "--force"]);
  assert.deepEqual([forced.code, forced.stdout], [1, `${ids[1]}\n${ids[2]}\n`]);
  assert.deepEqual(home.store.sessions().map(({ sessionId }) => sessionId), [ids[3]]);
});

Deno.test("sessions rm --older-than leaves the younger ones, and what must stay without an error", async () => {
  using home = new StoredHome();
  const old = home.session("old");
  const kept = home.session("old and undelivered");
  home.task(kept, completing("x"));
  await home.clock.advance(Date.now() - home.clock.now());
  const young = home.session("young");
  const { code, stdout, stderr } = await sessions(home, ["rm", "--older-than", "30d"]);
  assert.deepEqual([code, stdout], [0, `${old.sessionId}\n`]);
  assert.match(stderr, new RegExp(kept.sessionId));
  assert.deepEqual(
    home.store.sessions().map(({ sessionId }) => sessionId).toSorted(),
    [kept.sessionId, young.sessionId].toSorted(),
  );
});

Deno.test("sessions refuses an id that is unknown, naming recent ones, and rm removes none then", async () => {
  using home = new StoredHome();
  const { sessionId } = home.session("talk");
  for (const args of [["show", "s00000"], ["export", "s00000"], ["rm", sessionId, "s00000"]]) {
    const { code, stdout, stderr } = await sessions(home, args);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.equal(
      stderr,
      `hermes: Cannot find session "s00000": there is none of that id\nRecent ones: ${sessionId}\n`,
    );
  }
  assert.equal(home.store.sessions().length, 1);
  for (const args of [["rm"], ["rm", "--older-than", "soon"], ["export", sessionId, "--format", "pdf"]]) {
    assert.equal((await sessions(home, args)).code, 2);
  }
});
