import assert from "node:assert/strict";
import { spawnCall } from "../support/delegation_script.ts";
import { endToEnd } from "../support/end_to_end.ts";
import { processesOf } from "../support/processes.ts";
import type { Running } from "../support/running.ts";
import { useServer } from "../support/scripted_home.ts";
import { callTools, say, type ScriptedServer, startScriptedServer } from "../support/scripted_server.ts";
import { isChild, lastResults, turnOf } from "../support/wire_reading.ts";

/** Ignores SIGTERM, as do the processes that it starts; says when it is there. */
const STUBBORN = "trap '' TERM; sleep 61 & echo ready > started; sleep 60; wait";

endToEnd(
  "cancel ends a child inside a command that ignores SIGTERM, and all its processes",
  async (hermes) => {
    const started = Promise.withResolvers<Running>();
    let leftAfterCancel: unknown = "never looked";
    await using server: ScriptedServer = await startScriptedServer(async (request) => {
      if (isChild(request)) return callTools([{ name: "terminal", args: { command: STUBBORN } }]);
      const turn = turnOf(request);
      if (turn === 1) return callTools([spawnCall("GOAL-ALPHA", { toolsets: ["terminal"] })]);
      if (turn === 2) {
        await fileAppears(hermes.work, "started");
        const [{ task_id }] = lastResults(request);
        return callTools([{ name: "cancel_task", args: { task_id, reason: "changed my mind" } }]);
      }
      const { pid: own } = await started.promise;
      leftAfterCancel = processesOf(hermes.work).filter(({ pid }) => pid !== own);
      return say("cancelled it");
    });
    useServer(hermes, server.baseUrl);
    const running = hermes.start(["chat", "-n", "-q", "go"], { deadlineMs: 120_000 });
    started.resolve(running);
    const { code, stdout } = await running.finished;

    assert.equal(stdout, "cancelled it\n");
    assert.equal(code, 0);
    assert.deepEqual(leftAfterCancel, [], "gone when the reply of cancel_task was there");
    const [reply] = lastResults(server.requests.filter((request) => !isChild(request))[2]!);
    assert.deepEqual(
      [reply.ok, reply.status, reply.reason, reply.left_behind],
      [true, "cancelled", "cancelled_by_parent", []],
    );
    assert.ok(reply.settled_ms > 0 && reply.settled_ms < 60_000, String(reply.settled_ms));
    assert.equal(server.requests.filter(isChild).length, 1, "the child asks nothing more");
  },
);

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  endToEnd(`${signal} ends chat and its children with exit code ${code}`, async (hermes) => {
    await using server: ScriptedServer = await startScriptedServer((request) => {
      if (isChild(request)) return callTools([{ name: "terminal", args: { command: STUBBORN } }]);
      return callTools([{ name: "delegate_task", args: { goal: "GOAL-ALPHA", toolsets: ["terminal"] } }]);
    });
    useServer(hermes, server.baseUrl);
    const running = hermes.start(["chat", "-n", "-q", "go"]);
    await fileAppears(hermes.work, "started");
    running.kill(signal);
    const finished = await running.finished;
    assert.equal(finished.code, code, finished.stderr);
    assert.deepEqual(processesOf(hermes.work), []);
  });
}

endToEnd("a cancelled request is closed at the server", async (hermes) => {
  await using server: ScriptedServer = await startScriptedServer(async (request) => {
    if (isChild(request)) return new Promise(() => {}); // never answered
    const turn = turnOf(request);
    if (turn === 1) return callTools([spawnCall("GOAL-ALPHA")]);
    if (turn === 3) return say("cancelled it");
    await server.waitForRequest(isChild);
    return callTools([{ name: "cancel_task", args: { task_id: lastResults(request)[0].task_id } }]);
  });
  useServer(hermes, server.baseUrl);
  const { stdout } = await hermes.run(["chat", "-q", "go"]);
  assert.equal(stdout, "cancelled it\n");
  const child = server.requests.find(isChild)!;
  await child.ended;
  assert.equal(child.aborted, true);
});

/** Resolves when the file is there. */
async function fileAppears(directory: string, name: string): Promise<void> {
  using watcher = Deno.watchFs(directory);
  if (exists(`${directory}/${name}`)) return;
  for await (const { paths } of watcher) if (paths.some((path) => path.endsWith(`/${name}`))) return;
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Leaves its process group, and what stays in it ignores SIGTERM. */
const FUGITIVE = "setsid sh -c 'trap \"\" TERM; sleep 63 & wait' & setsid sleep 62 & sleep 0.2";

endToEnd("a task that is over has left no process, not even outside its group", async (hermes) => {
  const { code } = await hermes.run(["delegate", "--offline", "-Q", `run: ${quoted(FUGITIVE)}`]);
  assert.equal(code, 0);
  assert.deepEqual(processesOf(hermes.work), []);
}, { commands: ["setsid"] });

endToEnd("nor has a chat whose own agent ran such a command", async (hermes) => {
  const { code } = await hermes.run(["chat", "--offline", "-q", `run: ${quoted(FUGITIVE)}`]);
  assert.equal(code, 0);
  assert.deepEqual(processesOf(hermes.work), []);
}, { commands: ["setsid"] });

endToEnd("cancel ends what left the group of a command", async (hermes) => {
  const goal = `run: ${quoted(`${FUGITIVE}; echo ready > started; sleep 60`)}`;
  const { stdout } = await hermes.run(["delegate", "--offline", "-Q", "--async", goal]);
  await fileAppears(hermes.work, "started");
  const cancelled = JSON.parse((await hermes.run(["cancel", "--json", stdout.trimEnd()])).stdout);
  assert.deepEqual([cancelled.status, cancelled.left_behind], ["cancelled", []]);
  assert.deepEqual(processesOf(hermes.work), []);
}, { commands: ["setsid"] });

/** As the offline model reads an argument with any character in it. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
