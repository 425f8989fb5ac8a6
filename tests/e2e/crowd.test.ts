import assert from "node:assert/strict";
import { finish, goalOf, spawnCall } from "../support/delegation_script.ts";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { useServer } from "../support/scripted_home.ts";
import {
  callTools,
  hold,
  raw,
  type RecordedRequest,
  say,
  type ScriptedServer,
  startScriptedServer,
} from "../support/scripted_server.ts";
import { isChild, lastResults, type Reading, turnOf } from "../support/wire_reading.ts";

function goals(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `GOAL-${String(n).padStart(3, "0")}`);
}

function isParentTurn(turn: number): (request: RecordedRequest) => boolean {
  return (request) => !isChild(request) && turnOf(request) === turn;
}

/** Runs `count` children of which none is answered before `atOnce` have asked. */
async function runCrowd(
  hermes: EndToEnd,
  count: number,
  { atOnce, limit }: { atOnce: number; limit: number },
) {
  const names = goals(count);
  const gate = Promise.withResolvers<void>();
  const server: ScriptedServer = await startScriptedServer(async (request) => {
    if (isChild(request)) return hold(gate.promise, finish(`did ${goalOf(request, names)}`));
    if (turnOf(request) === 1) return callTools(names.map((goal) => spawnCall(goal)));
    if (turnOf(request) === 3) return say("all done");
    await server.waitForRequest(() => server.requests.filter(isChild).length === atOnce, {
      timeoutMs: 120_000,
    });
    askedBefore = server.requests.filter(isChild).length;
    gate.resolve();
    const task_ids = lastResults(request).map(({ task_id }) => task_id);
    return callTools([{ name: "collect_task", args: { task_ids } }]);
  });
  let askedBefore = 0;
  useServer(hermes, server.baseUrl, { delegation: { max_concurrent_children: limit } });
  const finished = await hermes.run(["chat", "-q", "go"]);
  const spawned = lastResults(server.requests.find(isParentTurn(2))!);
  const [collected] = lastResults(server.requests.find(isParentTurn(3))!);
  await server[Symbol.asyncDispose]();
  return { finished, spawned, collected, askedBefore, requests: server.requests, names };
}

endToEnd("completes 128 children at once", async (hermes) => {
  const { finished, collected, names } = await runCrowd(hermes, 128, { atOnce: 128, limit: 128 });
  assert.deepEqual([finished.code, finished.stdout], [0, "all done\n"]);
  assert.deepEqual(
    collected.results.map((task: Reading) => [task.status, task.summary]),
    names.map((goal) => ["completed", `did ${goal}`]),
  );
});

endToEnd("queues the 11th of 10 with its position and runs it later", async (hermes) => {
  const crowd = await runCrowd(hermes, 11, { atOnce: 10, limit: 10 });
  assert.deepEqual([crowd.finished.code, crowd.finished.stdout], [0, "all done\n"]);
  assert.equal(crowd.askedBefore, 10, "no more than ten work at once");
  const last = crowd.spawned[10];
  assert.deepEqual(
    [last.status, last.waiting_for, last.queue_position, last.slots],
    ["queued", "slot", 1, { running: 10, limit: 10, queued: 1 }],
  );
  assert.deepEqual(crowd.spawned[9].queue_position, null);
  const eleventh = crowd.collected.results[10];
  assert.deepEqual([eleventh.status, eleventh.summary, eleventh.queue_position], [
    "completed",
    "did GOAL-010",
    null,
  ]);
  assert.ok(eleventh.queued_s > 0);
  const askedLast = crowd.requests.filter(isChild).at(-1)!;
  assert.match(askedLast.raw, /GOAL-010/);
});

endToEnd("a child whose server sends garbage fails alone", async (hermes) => {
  const names = goals(3);
  await using server = await startScriptedServer((request) => {
    if (isChild(request)) {
      const goal = goalOf(request, names);
      if (goal !== names[1]) return finish(`did ${goal}`);
      return raw((response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.end("\u0000\u0001garbage\n\ndata: }{\n\n");
      });
    }
    if (turnOf(request) === 1) return callTools(names.map((goal) => spawnCall(goal)));
    if (turnOf(request) === 3) return say("two of three");
    const task_ids = lastResults(request).map(({ task_id }) => task_id);
    return callTools([{ name: "collect_task", args: { task_ids } }]);
  });
  useServer(hermes, server.baseUrl);
  const { stdout, stderr } = await hermes.run(["chat", "-q", "go"]);
  assert.equal(stdout, "two of three\n");
  assert.doesNotMatch(stderr, /^\s+at /m);
  const [{ results }] = lastResults(server.requests.find(isParentTurn(3))!);
  assert.deepEqual(results.map((task: Reading) => [task.status, task.reason, task.summary]), [
    ["completed", "finished", `did ${names[0]}`],
    ["failed", "provider_error", null],
    ["completed", "finished", `did ${names[2]}`],
  ]);
  assert.equal(typeof results[1].error.message, "string");
});
