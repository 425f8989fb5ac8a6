import assert from "node:assert/strict";
import { finish } from "../support/delegation_script.ts";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { untilListening } from "../support/host_end.ts";
import { useServer } from "../support/scripted_home.ts";
import {
  callTools,
  hold,
  type RecordedRequest,
  type Reply,
  say,
  type ScriptedServer,
  silence,
  startScriptedServer,
} from "../support/scripted_server.ts";
import { isChild, lastResults, type Reading } from "../support/wire_reading.ts";

const UNKNOWN = "t00000";
/** A slow machine may take long to start a host and a child. */
const PATIENCE = { timeoutMs: 60_000 };

async function served(
  hermes: EndToEnd,
  answer: (request: RecordedRequest) => Reply,
): Promise<ScriptedServer> {
  const server = await startScriptedServer(answer);
  useServer(hermes, server.baseUrl);
  return server;
}

async function delegated(hermes: EndToEnd, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await hermes.run(["delegate", "--async", "-Q", ...args]);
  assert.deepEqual([code, stderr], [0, ""]);
  return stdout.trimEnd();
}

async function json(hermes: EndToEnd, ...args: readonly string[]): Promise<Reading> {
  const { stdout } = await hermes.run([...args, "--json"]);
  return JSON.parse(stdout);
}

endToEnd("the whole life of a task by shell: list, check, steer, collect", async (hermes) => {
  const first = Promise.withResolvers<void>();
  await using server = await served(
    hermes,
    ({ index }) =>
      index === 0
        ? hold(first.promise, callTools([{ name: "terminal", args: { command: "true" } }]))
        : finish("all done"),
  );
  const id = await delegated(hermes, "review lib/");
  await server.waitForRequest(() => true, PATIENCE);

  const listed = await hermes.run(["list"]);
  assert.equal(listed.code, 0);
  assert.match(
    listed.stdout,
    new RegExp(`^ID +STATUS .*\n${id} +running .* review lib/\ndetached s.{5} .*slots: 1 of 10`),
  );
  const { tasks, slots, hosts } = await json(hermes, "ls");
  assert.deepEqual(tasks.map((task: Reading) => [task.task_id, task.status]), [[id, "running"]]);
  assert.deepEqual(slots, { running: 1, limit: 10, queued: 0 });
  assert.deepEqual(hosts.map(({ kind }: Reading) => kind), ["detached"]);

  assert.deepEqual((await json(hermes, "check", id)).status, "running");
  assert.match(
    (await hermes.run(["check", id])).stdout,
    new RegExp(`^id: ${id}\ngoal: review lib/\nstatus: running\n`),
  );

  const early = await hermes.run(["collect", id, "--timeout", "0"]);
  assert.deepEqual([early.code, early.stdout], [124, ""]);
  assert.match(early.stderr, new RegExp(`^hermes: task ${id} .* is running`));

  const steered = await json(hermes, "steer", id, "only the tests");
  assert.deepEqual([steered.ok, steered.task_id, steered.state], [true, id, "queued"]);
  first.resolve();
  const collected = await hermes.run(["collect", id]);
  assert.deepEqual([collected.code, collected.stdout], [0, "all done\n"]);
  assert.match(server.requests[1]!.raw, /only the tests/);

  assert.deepEqual((await json(hermes, "list")).tasks, []);
  assert.deepEqual((await json(hermes, "list", "--all")).tasks.map((task: Reading) => task.delivered), [
    true,
  ]);
  const refused = await hermes.run(["steer", id, "too late"]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^hermes: Cannot steer task t.{5}: it is already completed\n$/);
  const cancelled = await json(hermes, "cancel", id);
  assert.deepEqual([cancelled.status, cancelled.already_final], ["completed", true]);
});

endToEnd("cancel stops a task for real, and says so to who waits for it", async (hermes) => {
  await using server = await served(hermes, () => silence());
  const id = await delegated(hermes, "something endless");
  await server.waitForRequest(() => true, PATIENCE);
  const waiting = hermes.start(["collect", id]);
  const followed = hermes.start(["check", id, "--follow"]);
  await followed.stdout.waitFor(/started/);
  const { code, stdout } = await hermes.run(["cancel", id]);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`^${id} cancelled after .*settled in \\d+ ms\n$`));
  const collected = await waiting.finished;
  assert.deepEqual([collected.code, collected.stdout], [130, ""]);
  assert.match(collected.stderr, /cancelled/);
  assert.equal((await followed.finished).code, 130);
  assert.deepEqual((await json(hermes, "list")).tasks, [], "the shell was told here all there is of its own");
});

endToEnd("cancel --all wants to know of which session", async (hermes) => {
  await using _server = await served(hermes, () => silence());
  const ids = [await delegated(hermes, "one"), await delegated(hermes, "two")];
  assert.equal((await hermes.run(["cancel", "--all"])).code, 2);
  assert.equal((await hermes.run(["cancel"])).code, 2);
  assert.equal((await hermes.run(["cancel", "--all", "--session", "s00000"])).code, 2);
  const { results } = await json(hermes, "cancel", "--all", "--yes");
  assert.deepEqual(
    results.map(({ task_id, status }: Reading) => [task_id, status]),
    ids.map((id) => [id, "cancelled"]),
  );
});

endToEnd("an unknown id exits 2 and names those that are known", async (hermes) => {
  assert.equal((await hermes.run(["check", UNKNOWN])).code, 2);
  await using _server = await served(hermes, () => say("done"));
  const id = await delegated(hermes, "something");
  const commands = [["check"], ["collect"], ["cancel"], ["resume"], ["steer"]];
  for (const [command = ""] of commands) {
    const words = command === "steer" ? [command, UNKNOWN, "hello"] : [command, UNKNOWN];
    const { code, stdout, stderr } = await hermes.run(words);
    assert.deepEqual([command, code, stdout], [command, 2, ""]);
    assert.equal(stderr, `hermes: Cannot find task "${UNKNOWN}": there is none of that id\nKnown: ${id}\n`);
  }
  const { error } = await json(hermes, "check", UNKNOWN);
  assert.deepEqual([error.code, error.hint], ["unknown_task", `Known: ${id}`]);
});

endToEnd("a question ends collect with exit code 4, and steer answers it", async (hermes) => {
  await using _server = await served(
    hermes,
    ({ index }) =>
      index === 0
        ? callTools([{ name: "ask_parent", args: { question: "Which colour?" } }])
        : finish("painted"),
  );
  const id = await delegated(hermes, "paint it");
  const asked = await hermes.run(["collect", id]);
  assert.deepEqual([asked.code, asked.stdout], [4, ""]);
  assert.match(
    asked.stderr,
    new RegExp(`asks: Which colour\\?\nAnswer it with: hermes steer ${id} ANSWER\n$`),
  );
  assert.equal((await json(hermes, "collect", id)).interrupted_by, "question");
  assert.equal((await hermes.run(["steer", id, "blue"])).code, 0);
  const { code, stdout } = await hermes.run(["collect", id]);
  assert.deepEqual([code, stdout], [0, "painted\n"]);
});

endToEnd("collect --any prints the first that is over and leaves the rest alone", async (hermes) => {
  const slow = Promise.withResolvers<void>();
  await using _server = await served(
    hermes,
    ({ raw }) => raw.includes("SLOW") ? hold(slow.promise, say("slow")) : say("quick"),
  );
  const ids = [await delegated(hermes, "SLOW"), await delegated(hermes, "QUICK")];
  const { code, stdout } = await hermes.run(["collect", "--any", ...ids]);
  assert.deepEqual([code, stdout], [0, "quick\n"]);
  const { results, pending, timed_out } = await json(hermes, "collect", "--any", ...ids);
  assert.deepEqual(
    [results.map(({ task_id }: Reading) => task_id), pending, timed_out],
    [[ids[1]], [ids[0]], false],
  );
  assert.equal((await json(hermes, "check", ids[0]!)).status, "running");
  slow.resolve();
  assert.equal((await hermes.run(["collect", ids[0]!])).stdout, "slow\n");
});

endToEnd("check --follow replays from event N without a gap, then goes on", async (hermes) => {
  const rest = Promise.withResolvers<void>();
  await using server = await served(
    hermes,
    ({ index }) =>
      index === 0
        ? callTools([{ name: "terminal", args: { command: "true" } }])
        : hold(rest.promise, finish("done")),
  );
  const id = await delegated(hermes, "something");
  await server.waitForRequest(({ index }) => index === 1, PATIENCE);
  const running = hermes.start(["check", id, "--follow", "--jsonl"]);
  await running.stdout.waitFor(/tool\.ended/);
  rest.resolve();
  const { code, stdout } = await running.finished;
  assert.equal(code, 0);
  const events = eventsIn(stdout);
  assert.equal(events.at(-1)?.type, "task.ended");
  const seqs = events.flatMap(({ seq }) => seq === undefined ? [] : [seq]);
  assert.deepEqual(seqs, seqs.toSorted((a, b) => a - b));
  const from = seqs[2] ?? 0;
  const later = await hermes.run(["check", id, "--follow", "--jsonl", "--since", String(from)]);
  assert.deepEqual(
    eventsIn(later.stdout).flatMap(({ seq }) => seq === undefined ? [] : [seq]).filter((seq) =>
      seq <= seqs.at(-1)!
    ),
    seqs.filter((seq) => seq > from),
  );
});

function eventsIn(stdout: string): Reading[] {
  return stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
}

endToEnd("collect beside a live chat reads the same and takes nothing from it", async (hermes) => {
  const told = Promise.withResolvers<void>();
  let turns = 0;
  await using server = await served(hermes, (request) => {
    if (isChild(request)) return finish("the child's summary");
    if (turns++ === 0) return callTools([{ name: "delegate_task_async", args: { goal: "a chat's task" } }]);
    return turns === 2 ? hold(told.promise, say("waiting")) : say("heard of it");
  });
  const chat = hermes.start(["chat", "-n", "-q", "begin", "-Q"]);
  const spawned = await server.waitForRequest(
    (request) => !isChild(request) && lastResults(request).length > 0,
    PATIENCE,
  );
  const id: string = lastResults(spawned)[0].task_id;
  const { code, stdout } = await hermes.run(["collect", id]);
  assert.deepEqual([code, stdout], [0, "the child's summary\n"]);
  assert.equal((await json(hermes, "check", id)).delivered, false);
  await untilListening(hermes.hermesHome);
  const { hosts } = await json(hermes, "list");
  assert.deepEqual(hosts.map(({ kind }: Reading) => kind), ["chat"]);
  assert.deepEqual((await json(hermes, "collect", id)).delivered, false);
  told.resolve();
  const ended = await chat.finished;
  assert.deepEqual([ended.code, ended.stdout], [0, "heard of it\n"]);
  assert.match(server.requests.at(-1)!.raw, /the child's summary/);
});
