import assert from "node:assert/strict";
import { finish } from "../support/delegation_script.ts";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { untilDead, untilListening } from "../support/host_end.ts";
import { useServer } from "../support/scripted_home.ts";
import { hold, type RecordedRequest, startScriptedServer } from "../support/scripted_server.ts";
import { openStore } from "../../lib/store/open_store.ts";
import { systemClock } from "../../lib/support/clock.ts";

/** A slow machine may take long to start a host and a child. */
const PATIENCE = { timeoutMs: 60_000 };

function isOf(goal: string): (request: RecordedRequest) => boolean {
  return ({ raw }) => raw.includes(`<goal>\\n${goal}\\n</goal>`);
}

/** A model that answers "the first" when it is let, and all else at once. */
async function startServer() {
  const answer = Promise.withResolvers<void>();
  let isLost = false;
  const server = await startScriptedServer((request) => {
    if (!isOf("the first")(request)) return finish("the second is done");
    if (isLost) return finish("the first, resumed");
    isLost = true;
    return hold(answer.promise, finish("the first is done"));
  });
  return { server, answer: answer.resolve };
}

/** A command that waits for its task in a process of its own; the id of that task. */
async function firstUnderWay(hermes: EndToEnd, server: Awaited<ReturnType<typeof startServer>>["server"]) {
  useServer(hermes, server.baseUrl);
  const running = hermes.start(["delegate", "-Q", "the first"]);
  await server.waitForRequest(isOf("the first"), PATIENCE);
  await untilListening(hermes.hermesHome);
  const { tasks } = JSON.parse((await hermes.run(["list", "--json"])).stdout);
  return { running, id: String(tasks[0].task_id) };
}

async function delegatedAfter(hermes: EndToEnd, id: string): Promise<string> {
  const { code, stdout, stderr } = await hermes.run([
    "delegate",
    "--async",
    "-Q",
    "--after",
    id,
    "the second",
  ]);
  assert.deepEqual([code, stderr], [0, ""]);
  const task = JSON.parse((await hermes.run(["check", "--json", stdout.trimEnd()])).stdout);
  assert.deepEqual([task.status, task.waiting_for], ["queued", "after"]);
  return stdout.trimEnd();
}

endToEnd("--async --after waits for a task that another command runs", async (hermes) => {
  const { server, answer } = await startServer();
  await using _server = server;
  const { running, id } = await firstUnderWay(hermes, server);
  const second = await delegatedAfter(hermes, id);
  answer();
  assert.equal((await running.finished).code, 0);
  const { code, stdout } = await hermes.run(["collect", second]);
  assert.deepEqual([code, stdout], [0, "the second is done\n"]);
  assert.match(server.requests.find(isOf("the second"))!.raw, /the first is done/);
});

endToEnd("a delegation that waits follows a task that another command runs, too", async (hermes) => {
  const { server, answer } = await startServer();
  await using _server = server;
  const { running, id } = await firstUnderWay(hermes, server);
  const second = hermes.start(["delegate", "--jsonl", "--after", id, "the second"]);
  await second.stdout.waitFor(/"task.queued".*"waiting_for":"after"/);
  answer();
  assert.equal((await running.finished).code, 0);
  const { code, stdout } = await second.finished;
  assert.equal(code, 0);
  assert.match(stdout, /"task.ended"/);
});

endToEnd("--async --after fails when the task of the other command is cancelled", async (hermes) => {
  const { server, answer } = await startServer();
  await using _server = server;
  const { running, id } = await firstUnderWay(hermes, server);
  const second = await delegatedAfter(hermes, id);
  assert.equal((await hermes.run(["cancel", id])).code, 0);
  await running.finished;
  const { code, stdout } = await hermes.run(["collect", "--json", second]);
  assert.deepEqual([code, JSON.parse(stdout).reason], [1, "dependency"]);
  answer();
});

endToEnd(
  "--async --after still waits when the other command was killed, and goes on with its task",
  async (hermes) => {
    const { server, answer } = await startServer();
    await using _server = server;
    const { running, id } = await firstUnderWay(hermes, server);
    const second = await delegatedAfter(hermes, id);
    using store = openStore(hermes.hermesHome, { clock: systemClock });
    const host = store.hosts.live().find(({ kind }) => kind === "delegate")!;
    running.kill("SIGKILL");
    await untilDead(host);
    assert.equal((await hermes.run(["collect", id])).code, 1, "it is interrupted");
    const waiting = JSON.parse((await hermes.run(["check", "--json", second])).stdout);
    assert.deepEqual([waiting.status, waiting.waiting_for], ["queued", "after"]);
    const resumed = await hermes.run(["resume", id, "--wait"]);
    assert.deepEqual([resumed.code, resumed.stdout], [0, "the first, resumed\n"]);
    assert.equal((await hermes.run(["collect", second])).stdout, "the second is done\n");
    answer();
  },
);
