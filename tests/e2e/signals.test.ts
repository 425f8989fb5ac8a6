import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { finish } from "../support/delegation_script.ts";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { processesLeft, processesOf } from "../support/processes.ts";
import { useServer } from "../support/scripted_home.ts";
import { chunk, openStream, raw, sse } from "../support/scripted_reply.ts";
import { callTools, say, type ScriptedServer, startScriptedServer } from "../support/scripted_server.ts";
import { isChild, turnOf } from "../support/wire_reading.ts";

const SIGNALS = [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const;
const GOALS = ["GOAL-ALPHA", "GOAL-BRAVO"];

/** Each child runs a command of two processes that never ends by itself and says when it is there. */
function endlessCommand(goal: string): string {
  return `sleep 301 & echo ready > ${goal}; sleep 302; wait`;
}

function childrenAtWork(): Promise<ScriptedServer> {
  return startScriptedServer((request) => {
    if (isChild(request)) {
      const goal = GOALS.find((each) => request.raw.includes(each))!;
      return callTools([{ name: "terminal", args: { command: endlessCommand(goal) } }]);
    }
    if (turnOf(request) > 1) return say("they work");
    return callTools(
      GOALS.map((goal) => ({ name: "delegate_task_async", args: { goal, toolsets: ["terminal"] } })),
    );
  });
}

/** Resolves when the commands of both children run. */
async function bothRun(hermes: EndToEnd): Promise<void> {
  using watcher = Deno.watchFs(hermes.work);
  const there = () => Array.from(Deno.readDirSync(hermes.work), ({ name }) => name);
  if (GOALS.every((goal) => there().includes(goal))) return;
  for await (const _ of watcher) if (GOALS.every((goal) => there().includes(goal))) return;
}

for (const [signal, code] of SIGNALS) {
  endToEnd(`${signal} ends delegate and the commands of its children, exit code ${code}`, async (hermes) => {
    await using server = await childrenAtWork();
    useServer(hermes, server.baseUrl);
    const running = hermes.start(["delegate", "--json", ...GOALS]);
    await bothRun(hermes);
    running.kill(signal);
    const finished = await running.finished;
    assert.deepEqual([finished.code, finished.signal], [code, null], finished.stderr);
    assert.deepEqual(processesOf(hermes.work), [], "gone when the program is");
  });
}

endToEnd("SIGINT while chat -q drains ends its children, exit code 130", async (hermes) => {
  await using server = await childrenAtWork();
  useServer(hermes, server.baseUrl);
  const running = hermes.start(["chat", "-n", "-Q", "-q", "go"]);
  await Promise.all([bothRun(hermes), server.waitForRequest((each) => !isChild(each) && turnOf(each) === 2)]);
  running.kill("SIGINT");
  const { code, stdout, stderr } = await running.finished;
  assert.deepEqual([code, stdout], [130, ""]);
  assert.match(stderr, /^hermes: stopped; it goes on with: hermes chat -r s[0-9a-z]+$/m);
  assert.deepEqual(processesOf(hermes.work), []);
});

endToEnd("SIGINT in an answer of chat -q shows what had come, and how it goes on", async (hermes) => {
  await using server = await startScriptedServer(() =>
    raw((response) => {
      openStream(response);
      response.write(sse(chunk({ content: "the first half" })));
    })
  );
  useServer(hermes, server.baseUrl);
  const running = hermes.start(["chat", "-n", "--jsonl", "-q", "go"]);
  await running.stdout.waitFor(/"text.delta"/);
  running.kill("SIGINT");
  const { code, stderr } = await running.finished;
  assert.equal(code, 130);
  assert.match(stderr, /^the first half\nhermes: stopped; it goes on with: hermes chat -r s[0-9a-z]+$/m);
});

endToEnd("SIGINT stops the turn of a chat on a pipe and not the chat", async (hermes) => {
  await using server: ScriptedServer = await startScriptedServer(({ index }) =>
    index === 0 ? new Promise(() => {}) : say("here again")
  );
  useServer(hermes, server.baseUrl);
  const running = hermes.start(["chat"]);
  await running.write("one\n");
  await server.waitForRequest(({ index }) => index === 0);
  running.kill("SIGINT");
  await running.stderr.waitFor(/^hermes: stopped$/m);
  await running.write("two\n");
  await running.endInput();
  const { code, stdout } = await running.finished;
  assert.deepEqual([code, stdout], [0, "here again\n"]);
  assert.equal(server.requests[0]!.aborted, true);
});

endToEnd("a second signal while it ends changes nothing", async (hermes) => {
  await using server = await childrenAtWork();
  useServer(hermes, server.baseUrl);
  const running = hermes.start(["delegate", "-Q", ...GOALS]);
  await bothRun(hermes);
  running.kill("SIGTERM");
  running.kill("SIGINT");
  const { code } = await running.finished;
  assert.ok(code === 143 || code === 130, `${code}: the first that the kernel hands over counts`);
  assert.deepEqual(processesOf(hermes.work), []);
});

endToEnd("a closed standard output ends delegate and its children quietly with 141", async (hermes) => {
  const commands = GOALS.map((goal) => `run: ${endlessCommand(goal)}`);
  const shell = `{ "$@"; echo "code $?" >&2; } | head -n 1`;
  const goals = ["say: first", ...commands.map((each) => `"${each}"`)];
  const command = [...hermes.launcher.command, "delegate", "-Q", "--offline", "--jsonl", ...goals];
  const child = new Deno.Command("bash", {
    args: ["-c", shell, "bash", ...command],
    cwd: hermes.work,
    env: hermes.environment(),
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { stdout, stderr } = await child.output();
  assert.match(new TextDecoder().decode(stdout), /^\{"seq":1,[^\n]*\}\n$/);
  assert.equal(new TextDecoder().decode(stderr), "code 141\n");
  assert.deepEqual(await processesLeft(hermes.work), []);
});

endToEnd("a finished child leaves no process behind either", async (hermes) => {
  await using server = await startScriptedServer((request) =>
    turnOf(request) === 1
      ? callTools([{ name: "terminal", args: { command: "sleep 303 >/dev/null 2>&1 & echo started" } }])
      : finish("done")
  );
  useServer(hermes, server.baseUrl);
  const { code } = await hermes.run(["delegate", "-Q", "GOAL-ALPHA"]);
  assert.equal(code, 0);
  assert.deepEqual(processesOf(hermes.work), []);
});

endToEnd("SIGINT ends at once what waits for a store that another process keeps locked", async (hermes) => {
  assert.equal((await hermes.run(["delegate", "-Q", "--offline", "say: first"])).code, 0);
  for (
    const args of [["delegate", "-Q", "--offline", "say: hi"], ["chat", "-Q", "--offline", "-q", "say: hi"]]
  ) {
    using database = new DatabaseSync(`${hermes.hermesHome}/sessions.db`);
    database.exec("BEGIN EXCLUSIVE");
    const running = hermes.start(args);
    await running.endInput();
    while (!opened(running.pid).some((path) => path.endsWith("/sessions.db"))) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    running.kill("SIGINT");
    assert.equal((await running.finished).code, 130, "it does not wait to say that the store is locked");
  }
}, { isPosix: true });

/** The files that a process has open. */
function opened(pid: number): string[] {
  return Array.from(Deno.readDirSync(`/proc/${pid}/fd`), ({ name }) => {
    try {
      return Deno.readLinkSync(`/proc/${pid}/fd/${name}`);
    } catch {
      return ""; // closed meanwhile
    }
  });
}
