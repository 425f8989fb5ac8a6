import assert from "node:assert/strict";
import { finish, spawnCall } from "../support/delegation_script.ts";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { useServer } from "../support/scripted_home.ts";
import {
  callTools,
  hold,
  say,
  type ScriptedServer,
  silence,
  startScriptedServer,
} from "../support/scripted_server.ts";
import { assertAcceptable } from "../support/valid_request.ts";
import { isChild, type Reading, turnOf, userMessages } from "../support/wire_reading.ts";

/** A slow machine may take long to start a host and a child. */
const PATIENCE = { timeoutMs: 60_000 };

/** The only chat that is stored, from its first moment on. */
async function onlySession(hermes: EndToEnd): Promise<Reading> {
  const { sessions } = JSON.parse((await hermes.run(["sessions", "list", "--all", "--json"])).stdout);
  const chats = sessions.filter(({ kind }: Reading) => kind === "chat");
  assert.equal(chats.length, 1);
  return chats[0];
}

endToEnd("chat -c and -r go on with the stored conversation, on pipes and with -q", async (hermes) => {
  await using server = await startScriptedServer(({ index }) => say(`answer ${index}`));
  useServer(hermes, server.baseUrl);
  await hermes.run(["chat", "-Q"], { stdin: "first\n" });
  const piped = await hermes.run(["chat", "-c", "-Q"], { stdin: "second\n" });
  assert.deepEqual([piped.code, piped.stdout, piped.stderr], [0, "answer 1\n", ""]);
  const { session_id } = await onlySession(hermes);
  const once = await hermes.run(["chat", "-r", session_id, "-Q", "-q", "third"]);
  assert.deepEqual([once.code, once.stdout, once.stderr], [0, "answer 2\n", ""]);
  assert.deepEqual(userMessages(server.requests[2]!.body), ["first", "second", "third"]);
  const events = await hermes.run(["chat", "-r", session_id, "-q", "fourth", "--jsonl"]);
  const lines = events.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.equal(lines[0].type, "session.started", "only what is new");
  assert.ok(lines[0].seq > 1, "the numbers go on");
  const all = await hermes.run(["chat", "-r", session_id, "-q", "fifth", "--jsonl", "--since", "0"]);
  assert.equal(JSON.parse(all.stdout.split("\n")[0]!).seq, 1, "with --since the earlier ones come too");
});

endToEnd(
  "chat -r keeps the model and the directory of the session unless flags say otherwise",
  async (hermes) => {
    await using server = await startScriptedServer(() => say("ok"));
    useServer(hermes, server.baseUrl);
    await hermes.run(["chat", "-Q", "-m", "other-model", "-t", "file", "-q", "one"]);
    const { session_id } = await onlySession(hermes);
    const elsewhere = await hermes.run(["chat", "-r", session_id, "-q", "two"], { cwd: hermes.home });
    const line = `hermes: the session works in ${hermes.work}, as before (--cwd . for here)\n`;
    assert.ok(elsewhere.stderr.includes(line), elsewhere.stderr);
    assert.equal(server.requests[1]!.body.model, "other-model");
    assert.ok(server.requests[1]!.raw.includes(`Working directory: ${hermes.work}`));
    const toolsOf = (index: number) => server.requests[index]!.body.tools?.map((tool) => tool.function.name);
    assert.deepEqual(toolsOf(1), toolsOf(0));
    const flags = ["-m", "third-model", "-t", "terminal", "--cwd", "."];
    const changed = await hermes.run(["chat", "-r", session_id, ...flags, "-q", "three"], {
      cwd: hermes.home,
    });
    assert.doesNotMatch(changed.stderr, /the session works/);
    assert.equal(server.requests[2]!.body.model, "third-model");
    assert.ok(server.requests[2]!.raw.includes(`Working directory: ${hermes.home}`));
    assert.ok(toolsOf(2)!.includes("terminal") && !toolsOf(2)!.includes("read_file"));
  },
);

endToEnd(
  "chat -r refuses what is unknown, a task and a session that is open; -c names the last elsewhere",
  async (hermes) => {
    const unknown = await hermes.run(["chat", "-r", "s00000", "-q", "x"]);
    assert.deepEqual([unknown.code, unknown.stdout], [2, ""]);
    const none = await hermes.run(["chat", "-c", "-q", "x"]);
    assert.deepEqual([none.code, none.stderr.includes("hermes chat\n")], [2, true]);
    const chat = hermes.start(["chat", "--offline", "-Q"]);
    await chat.write("delegate and wait: say: done\n");
    await chat.stdout.waitFor(/completed/);
    const { session_id, pid } = await onlySession(hermes);
    const open = await hermes.run(["chat", "-r", session_id, "-q", "x"]);
    assert.deepEqual([open.code, open.stdout], [1, ""]);
    assert.match(
      open.stderr,
      new RegExp(`Cannot resume session "${session_id}": the process ${pid} has it open`),
    );
    await chat.endInput();
    await chat.finished;
    const { tasks: [{ task_id }] } = JSON.parse((await hermes.run(["list", "--all", "--json"])).stdout);
    const task = await hermes.run(["chat", "-r", task_id, "-q", "x"]);
    assert.equal(task.code, 2);
    assert.match(task.stderr, new RegExp(`hermes resume ${task_id} .*hermes chat -r ${session_id}`));
    const elsewhere = await hermes.run(["chat", "-c", "-q", "x"], { cwd: hermes.home });
    assert.equal(elsewhere.code, 2);
    assert.ok(elsewhere.stderr.includes(`The last one was in ${hermes.work}: hermes chat -r ${session_id}`));
    assert.equal((await hermes.run(["chat", "-c", "-r", session_id, "-q", "x"])).code, 2);
  },
);

endToEnd(
  "after SIGKILL in the middle of a turn chat -r says that a call's outcome is unknown",
  async (hermes) => {
    await using server: ScriptedServer = await startScriptedServer((request) => {
      assertAcceptable(request.body);
      if (request.index > 0) return say("went on");
      return callTools([{ name: "terminal", args: { command: "echo there > running; sleep 300" } }]);
    });
    useServer(hermes, server.baseUrl);
    const chat = hermes.start(["chat", "-Q"]);
    await chat.write("do something long\n");
    await madeFile(hermes, "running");
    const { session_id } = await onlySession(hermes);
    await hermes.until(["sessions", "show", session_id], "sleep 300");
    chat.kill("SIGKILL");
    await chat.finished;
    const { code, stdout } = await hermes.run(["chat", "-r", session_id, "-Q", "-q", "and now?"]);
    assert.deepEqual([code, stdout], [0, "went on\n"]);
    const { messages } = server.requests[1]!.body;
    assert.deepEqual(messages.map(({ role }) => role), ["system", "user", "assistant", "tool", "user"]);
    assert.match(String(messages[3]!.content), /unknown/);
  },
);

endToEnd(
  "results that a killed chat did not get come to chat -r once; what it ran waits for /resume",
  async (hermes) => {
    let isKilled = false;
    await using server: ScriptedServer = await startScriptedServer((request) => {
      assertAcceptable(request.body);
      if (request.raw.includes("GOAL-SLOW") && isChild(request)) {
        return isKilled ? finish("slow result") : silence();
      }
      if (isChild(request)) return finish("quick result");
      if (turnOf(request) === 1) return callTools([spawnCall("GOAL-QUICK"), spawnCall("GOAL-SLOW")]);
      return isKilled ? say("heard") : hold(new Promise(() => {}), say("never"));
    });
    useServer(hermes, server.baseUrl);
    const chat = hermes.start(["chat"]);
    await chat.write("go\n");
    await chat.stderr.waitFor(/t\S{5} completed after/);
    await server.waitForRequest((request) => isChild(request) && request.raw.includes("GOAL-SLOW"), PATIENCE);
    const { session_id } = await onlySession(hermes);
    await hermes.until(["sessions", "show", session_id], `delegate_task_async {"goal":"GOAL-SLOW"`);
    chat.kill("SIGKILL");
    await chat.finished;
    isKilled = true;
    const before = server.requests.length;

    const again = hermes.start(["chat", "-r", session_id]);
    const [, slow] = await again.stderr.waitFor(/(t\S{5}) is interrupted: GOAL-SLOW; \/resume/);
    await again.write("hello\n");
    await again.stdout.waitFor(/heard/);
    await again.write(`/resume ${slow}\n`);
    await again.stderr.waitFor(new RegExp(`${slow} completed`));
    await again.endInput();
    const finished = await again.finished;
    assert.equal(finished.code, 0, finished.stderr);
    const said = userMessages(server.requests.at(-1)!.body).join("\n");
    for (const result of ["quick result", "slow result"]) {
      assert.equal(said.split(result).length, 2, `${result} once in ${said}`);
    }
    assert.ok(
      server.requests.slice(before).every((request) =>
        !isChild(request) || request.raw.includes("GOAL-SLOW")
      ),
    );
    const last = await onlySession(hermes);
    assert.deepEqual(last.tasks, { total: 2, live: 0, interrupted: 0, undelivered: 0 });
  },
);

/** Enough for a child that makes one short turn after the other until it is let go. */
const MANY = {
  delegation: { max_iterations: 100_000 },
  budget: { session: { requests: 100_000 }, task: { requests: 100_000 } },
};

endToEnd("chat -r takes back what went on in the background when the chat was left", async (hermes) => {
  let isLetGo = false;
  await using server: ScriptedServer = await startScriptedServer((request) => {
    if (!isChild(request)) return turnOf(request) === 1 ? callTools([spawnCall("GOAL-ALPHA")]) : say("noted");
    if (isLetGo) return finish("the result");
    return callTools([{ name: "terminal", args: { command: `echo ${request.index}; sleep 0.1` } }]);
  });
  useServer(hermes, server.baseUrl, MANY);
  const chat = hermes.start(["chat"]);
  await chat.write("go\n");
  await chat.stdout.waitFor(/noted/);
  await server.waitForRequest(isChild, PATIENCE);
  chat.kill("SIGTERM");
  assert.match((await chat.finished).stderr, /is in the background now/);
  const { session_id } = await onlySession(hermes);
  const moved = server.requests.length;
  await server.waitForRequest((request) => isChild(request) && request.index >= moved, PATIENCE);
  const { tasks } = JSON.parse((await hermes.run(["list", "--json"])).stdout);
  const waiting = hermes.start(["collect", tasks[0].task_id]);
  const followed = hermes.start(["check", "--follow", tasks[0].task_id]);
  await followed.stdout.waitFor(/terminal/);
  const again = hermes.start(["chat", "-r", session_id]);
  await again.stderr.waitFor(/t\S{5} was in the background and goes on here: GOAL-ALPHA/);
  isLetGo = true;
  assert.equal((await waiting.finished).stdout, "the result\n", "whoever waits for it follows it");
  assert.match((await followed.finished).stdout, / completed /);
  await again.endInput();
  const { code, stdout, stderr } = await again.finished;
  assert.deepEqual([code, stdout], [0, "noted\n"], stderr);
  assert.match(userMessages(server.requests.at(-1)!.body).at(-1)!, /the result/);
  assert.deepEqual((await onlySession(hermes)).tasks, { total: 1, live: 0, interrupted: 0, undelivered: 0 });
});

endToEnd(
  "a result that a chat got after its task ended in the background is delivered for all",
  async (hermes) => {
    let isLetGo = false;
    await using server: ScriptedServer = await startScriptedServer((request) => {
      if (!isChild(request)) {
        return turnOf(request) === 1 ? callTools([spawnCall("GOAL-ALPHA")]) : say("noted");
      }
      if (isLetGo) return finish("the result");
      return callTools([{ name: "terminal", args: { command: `echo ${request.index}; sleep 0.1` } }]);
    });
    useServer(hermes, server.baseUrl, MANY);
    const chat = hermes.start(["chat"]);
    await chat.write("go\n");
    await chat.stdout.waitFor(/noted/);
    await server.waitForRequest(isChild, PATIENCE);
    chat.kill("SIGTERM");
    await chat.finished;
    isLetGo = true;
    const { session_id } = await onlySession(hermes);
    const holder = hermes.start(["delegate", "--async", "--offline", "-Q", "wait: 60"]); // its host stays
    await holder.finished;
    const [{ task_id }] =
      JSON.parse((await hermes.run(["list", "--all", "--session", session_id, "--json"])).stdout).tasks;
    await hermes.run(["collect", task_id]);
    assert.equal((await hermes.run(["chat", "-r", session_id, "-q", "hello"])).code, 0);
    const seen = JSON.parse((await hermes.run(["check", task_id, "--json"])).stdout);
    assert.deepEqual([seen.status, seen.delivered], ["completed", true]);
    const { tasks } = JSON.parse((await hermes.run(["list", "--json"])).stdout);
    assert.ok(
      !tasks.some((task: { task_id: string }) => task.task_id === task_id),
      "what is delivered is not listed",
    );
  },
);

/** Resolves when the file is there. */
async function madeFile(hermes: EndToEnd, name: string): Promise<void> {
  using watcher = Deno.watchFs(hermes.work);
  const isThere = () => Array.from(Deno.readDirSync(hermes.work)).some((each) => each.name === name);
  if (isThere()) return;
  for await (const _ of watcher) if (isThere()) return;
}
