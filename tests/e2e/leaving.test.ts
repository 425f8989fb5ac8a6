import assert from "node:assert/strict";
import { finish, spawnCall } from "../support/delegation_script.ts";
import type { TaskStatus } from "../../lib/protocol/task_state.ts";
import { openStore } from "../../lib/store/open_store.ts";
import type { Store, StoredTask } from "../../lib/store/store.ts";
import { systemClock } from "../../lib/support/clock.ts";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { detachedHosts, untilListening } from "../support/host_end.ts";
import { useServer } from "../support/scripted_home.ts";
import {
  callTools,
  hold,
  say,
  type ScriptedServer,
  startScriptedServer,
} from "../support/scripted_server.ts";
import type { Tmux } from "../support/tmux.ts";
import { isChild, type Reading, turnOf } from "../support/wire_reading.ts";

const TASK_ID = /t[0-9a-hjkmnp-tv-z]{5}/;
/** A command that says when it runs and ends when it is let. */
const HELD = "echo there > running; until [ -e go ]; do sleep 0.05; done; echo it-ran-once >> ran";

/** A parent that delegates once, and a child that runs {@linkcode HELD} and then ends. */
function heldChild(): Promise<ScriptedServer> {
  return startScriptedServer((request) => {
    if (isChild(request)) {
      return turnOf(request) === 1
        ? callTools([{ name: "terminal", args: { command: HELD } }])
        : finish("went on elsewhere");
    }
    return turnOf(request) === 1
      ? callTools([spawnCall("HELD-GOAL", { toolsets: ["terminal"] })])
      : say("it works");
  });
}

/** Resolves when the child's command runs. */
async function isRunning(hermes: EndToEnd): Promise<void> {
  using watcher = Deno.watchFs(hermes.work);
  const isThere = () => Array.from(Deno.readDirSync(hermes.work)).some(({ name }) => name === "running");
  if (isThere()) return;
  for await (const _ of watcher) if (isThere()) return;
}

function letGo(hermes: EndToEnd): void {
  Deno.writeTextFileSync(`${hermes.work}/go`, "");
}

/** A chat on a terminal at its prompt, while its child is in the middle of a command. */
async function idleChat(hermes: EndToEnd): Promise<Tmux> {
  const terminal = hermes.onTerminal(["chat"]);
  try {
    await terminal.waitFor(/^> $|^>$/m);
    terminal.enter("go");
    await terminal.waitFor(/it works[^]*\n>\s*$/);
    await isRunning(hermes);
    return terminal;
  } catch (error) {
    terminal[Symbol.dispose]();
    throw error;
  }
}

async function onlyTask(hermes: EndToEnd): Promise<Reading> {
  const { tasks } = JSON.parse((await hermes.run(["list", "--all", "--json"])).stdout);
  assert.equal(tasks.length, 1);
  return tasks[0];
}

for (const [signal, code] of [["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  endToEnd(`${signal} moves the tasks of a chat to the detached host, exit code ${code}`, async (hermes) => {
    await using server = await heldChild();
    useServer(hermes, server.baseUrl);
    const running = hermes.start(["chat"]);
    await running.write("go\n");
    await running.stdout.waitFor(/it works/);
    await isRunning(hermes);
    running.kill(signal);
    letGo(hermes);
    const finished = await running.finished;
    assert.deepEqual([finished.code, finished.stdout], [code, "it works\n"], finished.stderr);
    assert.match(finished.stderr, new RegExp(`hermes: ${TASK_ID.source} is in the background now`));
    const { task_id } = await onlyTask(hermes);
    const collected = await hermes.run(["collect", task_id]);
    assert.deepEqual([collected.code, collected.stdout], [0, "went on elsewhere\n"], collected.stderr);
    assert.equal(Deno.readTextFileSync(`${hermes.work}/ran`), "it-ran-once\n");
    assert.equal((await onlyTask(hermes)).delivered, false, "its chat has not had it");
  });

  endToEnd(`whoever waits for a task of a chat follows it over a ${signal}`, async (hermes) => {
    await using server = await heldChild();
    useServer(hermes, server.baseUrl);
    const running = hermes.start(["chat"]);
    await running.write("go\n");
    await running.stdout.waitFor(/it works/);
    await isRunning(hermes);
    await untilListening(hermes.hermesHome);
    const { task_id } = await onlyTask(hermes);
    const followed = hermes.start(["check", task_id, "--follow"]);
    const waiting = hermes.start(["collect", task_id]);
    await followed.stdout.waitFor(/terminal/);
    running.kill(signal);
    letGo(hermes);
    assert.equal((await running.finished).code, code);
    const collected = await waiting.finished;
    assert.deepEqual([collected.code, collected.stdout], [0, "went on elsewhere\n"], collected.stderr);
    const { stdout } = await followed.finished;
    assert.equal(stdout.match(/ completed /g)?.length, 1, stdout);
    assert.doesNotMatch(stdout, /interrupted/);
  });

  endToEnd(`${signal} interrupts what delegate waits for, and resume goes on with it`, async (hermes) => {
    await using server = await heldChild();
    useServer(hermes, server.baseUrl);
    const running = hermes.start(["delegate", "-t", "terminal", "HELD-GOAL"]);
    await isRunning(hermes);
    running.kill(signal);
    const finished = await running.finished;
    assert.deepEqual([finished.code, finished.stdout], [code, ""], finished.stderr);
    const { task_id, status, reason } = await onlyTask(hermes);
    assert.deepEqual([status, reason], ["interrupted", "host_died"]);
    assert.ok(finished.stderr.includes(`hermes: ${task_id} was cut off in terminal\n`), finished.stderr);
    assert.ok(finished.stderr.includes(`hermes resume ${task_id}`), finished.stderr);
    assert.deepEqual(detachedHosts(hermes.hermesHome), [], "nothing goes on by itself");
    const resumed = await hermes.run(["resume", "--wait", task_id]);
    assert.deepEqual([resumed.code, resumed.stdout], [0, "went on elsewhere\n"], resumed.stderr);
    assert.match(server.requests.at(-1)!.raw, /outcome_unknown/);
  });
}

endToEnd("a person who leaves a chat says what becomes of its tasks", async (hermes) => {
  await using server = await heldChild();
  useServer(hermes, server.baseUrl);
  using terminal = await idleChat(hermes);
  terminal.press("C-c");
  await terminal.waitFor(/1 task runs\. Move it to the background and leave \(m\).*\n>\s*$/);
  terminal.enter("perhaps");
  await terminal.waitFor(/Answer with m, c or s\n>\s*$/);
  terminal.enter("s");
  await terminal.waitFor(/> s\n>\s*$/);
  terminal.enter("/quit");
  await terminal.waitFor(/\/quit\n1 task runs\. .*\n>\s*$/);
  terminal.enter("m");
  await terminal.waitFor(/> m\n/);
  letGo(hermes);
  assert.equal(await terminal.ended(), 1, "a task is unfinished");
  const { task_id } = await onlyTask(hermes);
  assert.equal((await hermes.run(["collect", task_id])).stdout, "went on elsewhere\n");
}, { commands: ["tmux"] });

endToEnd("a person who leaves a chat can cancel its tasks; a third Ctrl-C does so too", async (hermes) => {
  await using server = await heldChild();
  useServer(hermes, server.baseUrl);
  using terminal = await idleChat(hermes);
  terminal.press("C-c");
  await terminal.waitFor(/1 task runs\. .*\n>\s*$/);
  terminal.press("C-c");
  assert.equal(await terminal.ended(), 130);
  const { status, reason } = await onlyTask(hermes);
  assert.deepEqual([status, reason], ["cancelled", "session_closed"]);
}, { commands: ["tmux"] });

endToEnd("Ctrl-D with tasks that run says what is awaited, and Ctrl-C then leaves", async (hermes) => {
  await using server = await heldChild();
  useServer(hermes, server.baseUrl);
  using terminal = await idleChat(hermes);
  terminal.press("C-d");
  await terminal.waitFor(/hermes: waiting for 1 task to end; Ctrl-C cancels and leaves/);
  terminal.press("C-c");
  assert.equal(await terminal.ended(), 130);
  assert.equal((await onlyTask(hermes)).status, "cancelled");
}, { commands: ["tmux"] });

endToEnd(
  "a task that asks is steered where it goes on, while its chat still moves others",
  async (hermes) => {
    const isSteered = Promise.withResolvers<void>();
    await using server = await startScriptedServer((request) => {
      if (!isChild(request)) {
        const calls = [spawnCall("HELD-GOAL", { toolsets: ["terminal"] }), spawnCall("ASKING-GOAL")];
        return turnOf(request) === 1 ? callTools(calls) : say("it works");
      }
      if (!request.raw.includes("ASKING-GOAL")) {
        const held = callTools([{ name: "terminal", args: { command: HELD } }]);
        return turnOf(request) > 1 ? finish("went on elsewhere") : held;
      }
      if (request.raw.includes("blue")) return finish("was told");
      const asks = callTools([{ name: "ask_parent", args: { question: "which colour?" } }]);
      return turnOf(request) > 1 ? hold(isSteered.promise, finish("was not told")) : asks;
    });
    useServer(hermes, server.baseUrl);
    const running = hermes.start(["chat"]);
    await running.write("go\n");
    await isRunning(hermes);
    await untilListening(hermes.hermesHome);
    using store = openStore(hermes.hermesHome, { clock: systemClock });
    const asking = await stored(store, "needs_input");
    running.kill("SIGTERM");
    await stored(store, "interrupted");
    const steered = hermes.start(["steer", asking.taskId, "blue"]);
    const waiting = hermes.start(["collect", asking.taskId]);
    letGo(hermes);
    assert.equal((await running.finished).code, 143);
    const { code, stderr } = await steered.finished;
    isSteered.resolve();
    assert.deepEqual([code, stderr], [0, ""]);
    assert.deepEqual((await waiting.finished).stdout, "was told\n");
  },
);

/** The task that has this status, once one has. */
async function stored(store: Store, status: TaskStatus): Promise<StoredTask> {
  for (;;) {
    const [task] = store.tasks.list({ status });
    if (task !== undefined) return task;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
