import assert from "node:assert/strict";
import { assertShape } from "../support/contract_shapes.ts";
import { finish, goalOf, spawnCall } from "../support/delegation_script.ts";
import { endToEnd } from "../support/end_to_end.ts";
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
  status,
} from "../support/scripted_server.ts";
import { isChild, lastResults, type Reading, turnOf } from "../support/wire_reading.ts";

const GOALS = ["GOAL-ALPHA", "GOAL-BRAVO"];

/** Reads a document: one JSON value on one line, and nothing else. */
function documentOf(stdout: string): Reading {
  assert.match(stdout, /^[^\n]+\n$/, "one line");
  return JSON.parse(stdout);
}

endToEnd("delegate --json of one goal prints a record with all that collect adds", async (hermes) => {
  await using server = await startScriptedServer((request) =>
    turnOf(request) === 1
      ? callTools([
        { name: "write_file", args: { path: "made.txt", content: "words" } },
        { name: "terminal", args: { command: "exit 3" } },
      ])
      : finish("wrote it", "partial")
  );
  useServer(hermes, server.baseUrl);
  const { code, stdout } = await hermes.run(["delegate", "-Q", "--json", "--name", "writer", "GOAL-ALPHA"]);
  const document = documentOf(stdout);
  assertShape("delegate", document);
  const [task] = document.results;
  assert.deepEqual(
    [code, task.name, task.goal, task.status, task.reason, task.outcome, task.summary, task.turn],
    [1, "writer", "GOAL-ALPHA", "completed", "finished", "partial", "wrote it", 2],
  );
  assert.deepEqual([task.evidence.requests, task.evidence.tool_calls], [2, {
    write_file: 1,
    terminal: 1,
    finish: 1,
  }]);
  assert.deepEqual(task.evidence.commands, [{ command: "exit 3", exit_code: 3 }]);
  const [{ path, bytes }] = task.evidence.files_written;
  assert.ok(path.endsWith("made.txt") && bytes === 5, path);
  assert.equal(task.delivered, true, "printed, hence delivered");
  assert.ok(document.total_duration_s > 0);
});

endToEnd(
  "delegate --json of several goals keeps their order, with errors in their records",
  async (hermes) => {
    await using server = await startScriptedServer((request) =>
      goalOf(request, GOALS) === "GOAL-ALPHA"
        ? status(400, { error: { message: "no such field" } })
        : finish("well")
    );
    useServer(hermes, server.baseUrl);
    const { code, stdout } = await hermes.run(["delegate", "-Q", "--json", ...GOALS]);
    const document = documentOf(stdout);
    assertShape("delegate", document);
    const [alpha, bravo] = document.results;
    assert.equal(code, 1);
    assert.deepEqual([alpha.goal, alpha.status, alpha.reason, alpha.summary], [
      "GOAL-ALPHA",
      "failed",
      "provider_error",
      null,
    ]);
    assert.match(alpha.error.message, /no such field/);
    assert.equal(alpha.error.retryable, false);
    assert.deepEqual([bravo.goal, bravo.status, bravo.summary, "error" in bravo], [
      "GOAL-BRAVO",
      "completed",
      "well",
      false,
    ]);
  },
);

endToEnd("delegate --json --any has the winner's record only", async (hermes) => {
  await using server = await startScriptedServer((request) =>
    goalOf(request, GOALS) === "GOAL-ALPHA" ? silence() : finish("won")
  );
  useServer(hermes, server.baseUrl);
  const { code, stdout } = await hermes.run(["delegate", "-Q", "--json", "--any", ...GOALS]);
  const document = documentOf(stdout);
  assertShape("delegate", document);
  assert.deepEqual([code, document.results.map((task: Reading) => task.summary)], [0, ["won"]]);
});

endToEnd("delegate --schema puts the checked value into result", async (hermes) => {
  await using server = await startScriptedServer(() =>
    callTools([{ name: "finish", args: { summary: "counted", result: { lines: 7 } } }])
  );
  useServer(hermes, server.baseUrl);
  const schema = { type: "object", properties: { lines: { type: "integer" } }, required: ["lines"] };
  Deno.writeTextFileSync(`${hermes.work}/schema.json`, JSON.stringify(schema));
  const args = ["delegate", "-Q", "--schema", "schema.json", "GOAL-ALPHA"];
  const asJson = await hermes.run([...args, "--json"]);
  const document = documentOf(asJson.stdout);
  assertShape("delegate", document);
  assert.deepEqual([document.results[0].result, document.results[0].summary], [{ lines: 7 }, "counted"]);
  const asText = await hermes.run(args);
  assert.deepEqual(JSON.parse(asText.stdout), { lines: 7 });
});

endToEnd("chat -q --json prints the text and the records of its tasks", async (hermes) => {
  await using server = await startScriptedServer((request) => {
    if (isChild(request)) return finish("found it");
    return turnOf(request) === 1 ? callTools([spawnCall("GOAL-ALPHA")]) : say(`turn ${turnOf(request)}`);
  });
  useServer(hermes, server.baseUrl);
  const { code, stdout } = await hermes.run(["chat", "-Q", "--json", "-q", "go"]);
  const document = documentOf(stdout);
  assert.deepEqual([code, document.text, document.model], [0, "turn 3", "scripted-model"]);
  assert.equal(document.tasks.length, 1);
  assertShape("record", document.tasks[0]);
  assert.deepEqual([document.tasks[0].status, document.tasks[0].delivered], ["completed", true]);
});

/** Command lines that end before or without an answer, with the code of the error and of the program. */
const ERRORS: readonly (readonly [args: readonly string[], code: string, exit: number])[] = [
  [["delegate", "--json", "--no-such-option", "x"], "invalid_arguments", 2],
  [["delegate", "--json", " "], "invalid_arguments", 2],
  [["delegate", "--json", "x", "--tier", "huge"], "unknown_model", 2],
  [["chat", "--json", "-q", "x", "-t", "none"], "invalid_arguments", 2],
  [["chat", "--json", "-q", "x", "--provider", "nowhere"], "configuration", 78],
  [["chat", "--json", "-q", "x"], "bad_request", 1],
];

for (const [args, code, exit] of ERRORS) {
  endToEnd(`${args.join(" ")} prints {"error"} on stdout and the sentence on stderr`, async (hermes) => {
    await using server = await startScriptedServer(() => status(400, { error: { message: "no" } }));
    useServer(hermes, server.baseUrl);
    const finished = await hermes.run(args);
    const document = documentOf(finished.stdout);
    assertShape("error", document);
    assert.deepEqual([document.error.code, finished.code], [code, exit]);
    assert.ok(finished.stderr.includes(`hermes: ${document.error.message}\n`), finished.stderr);
  });
}

endToEnd("--json with --jsonl is a usage error, told as one document", async (hermes) => {
  for (const args of [["chat", "-q", "x"], ["delegate", "x"]]) {
    const { code, stdout } = await hermes.run([...args, "--json", "--jsonl", "--offline"]);
    const document = documentOf(stdout);
    assertShape("error", document);
    assert.deepEqual([code, document.error.code], [2, "invalid_arguments"]);
  }
});

/** A parent that delegates and looks, and a child that asks, is steered and works. */
function conversation(request: RecordedRequest): Reply {
  if (isChild(request)) {
    if (turnOf(request) === 1) return callTools([{ name: "terminal", args: { command: "echo hi" } }]);
    return turnOf(request) === 2
      ? callTools([{ name: "ask_parent", args: { question: "which?" } }])
      : finish("did it");
  }
  const [reply] = lastResults(request);
  if (turnOf(request) === 1) return callTools([spawnCall("GOAL-ALPHA")], { text: "I delegate this" });
  if (reply === undefined) return say("all is done");
  if (reply.interrupted_by === "question") {
    return callTools([{ name: "steer_task", args: { task_id: reply.task_id, message: "the second" } }]);
  }
  if (reply.status === "completed") return say("all is done");
  return callTools([{ name: "collect_task", args: { task_id: reply.task_id } }]);
}

function readEvents(stdout: string): Reading[] {
  return stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
}

endToEnd("--jsonl prints events of the contract's types, numbered without gaps", async (hermes) => {
  await using server = await startScriptedServer(conversation);
  useServer(hermes, server.baseUrl);
  const { code, stdout } = await hermes.run(["chat", "-Q", "--jsonl", "-q", "go"]);
  assert.equal(code, 0);
  const events = readEvents(stdout);
  let seq = 0;
  for (const event of events) {
    assertShape("seq" in event ? "journalEvent" : "lossyEvent", event);
    if ("seq" in event) assert.equal(event.seq, ++seq);
    else assert.equal(event.after_seq, seq, "a lossy event stands after the last numbered one");
  }
  assert.equal(new Set(events.map(({ session_id }) => session_id)).size, 1);
  assert.deepEqual(events.map(({ at }) => at), events.map(({ at }) => at).toSorted(), "time goes forward");
  const types = events.map(({ type }) => type);
  assert.deepEqual([types[0], types.at(-1)], ["session.started", "session.ended"]);
  for (
    const type of [
      ...["turn.started", "turn.ended", "tool.started", "tool.ended", "text.delta", "task.queued"],
      ...["task.started", "task.question", "task.steered", "task.ended", "task.delivered"],
    ]
  ) assert.ok(types.includes(type), `${type} in ${types}`);
  const ended = events.find(({ type }) => type === "task.ended");
  assertShape("record", ended.task);
  assert.deepEqual([ended.task_id, ended.task.status], [ended.task.task_id, "completed"]);
  const tool = events.find(({ type, task_id }) => type === "tool.ended" && task_id === ended.task_id);
  assert.ok(tool.duration_ms > 0 && tool.name === "terminal", JSON.stringify(tool));
  assert.equal(events.at(-1).exit_code, 0);
});

endToEnd("--jsonl --since N leaves out what came up to N", async (hermes) => {
  await using server = await startScriptedServer(() => finish("done"));
  useServer(hermes, server.baseUrl);
  const seqs = async (...more: string[]) =>
    readEvents((await hermes.run(["delegate", "-Q", "--jsonl", ...more, "GOAL"])).stdout)
      .flatMap((event) => "seq" in event ? [event.seq] : []);
  const all = await seqs();
  assert.deepEqual(await seqs("--since", "0"), all);
  assert.deepEqual(await seqs("--since", "3"), all.slice(3));
});

endToEnd("delegate --jsonl ends with the exit code of the command", async (hermes) => {
  await using server = await startScriptedServer(() => finish("half", "partial"));
  useServer(hermes, server.baseUrl);
  const { code, stdout } = await hermes.run(["delegate", "-Q", "--jsonl", "GOAL"]);
  assert.equal(code, 1);
  assert.equal(readEvents(stdout).at(-1).exit_code, 1);
});

endToEnd("every tool's reply reaches the model with the contract's fields", async (hermes) => {
  const gate = Promise.withResolvers<void>();
  let alpha = "";
  const parent: readonly ((results: readonly Reading[]) => Reply | Promise<Reply>)[] = [
    () => callTools(GOALS.map((goal) => spawnCall(goal, { name: goal.toLowerCase() }))),
    async ([first]) => {
      alpha = first.task_id;
      await server.waitForRequest((request) => isChild(request) && turnOf(request) === 2);
      return callTools([
        { name: "check_task", args: { task_id: alpha } },
        { name: "steer_task", args: { task_id: alpha, message: "faster" } },
        { name: "list_tasks", args: {} },
        { name: "collect_task", args: { task_id: alpha, timeout_s: 0 } },
        { name: "check_task", args: { task_id: "t00000" } },
        { name: "check_task", args: { id: 7 } },
      ]);
    },
    () => callTools([{ name: "cancel_task", args: { task_id: alpha, reason: "enough" } }]),
    () => {
      gate.resolve();
      return callTools([{ name: "cancel_task", args: { task_id: alpha } }]);
    },
    () => callTools([{ name: "steer_task", args: { task_id: alpha, message: "late" } }]),
    () => callTools([{ name: "delegate_task", args: { tasks: [{ goal: "GOAL-CHARLIE" }] } }]),
    ([{ results }]) => callTools([{ name: "collect_task", args: { task_ids: [alpha, results[0].task_id] } }]),
    () => callTools([{ name: "list_tasks", args: { all: true } }]),
    () => say("seen all"),
  ];
  await using server: ScriptedServer = await startScriptedServer((request) => {
    if (!isChild(request)) {
      const answer = parent[turnOf(request) - 1] ?? (() => say("seen all")); // to the notice of the other task
      return answer(lastResults(request));
    }
    if (request.raw.includes("GOAL-CHARLIE")) return finish("charlie is done");
    if (turnOf(request) === 1) return callTools([{ name: "search_files", args: { pattern: "x" } }]);
    return hold(gate.promise, finish("done"));
  });
  useServer(hermes, server.baseUrl);
  const { code, stdout, stderr } = await hermes.run(["chat", "-Q", "-q", "go"]);
  assert.deepEqual([code, stdout], [0, "seen all\n"], stderr);
  const replies = server.requests.filter((request) => !isChild(request)).slice(1, 9).map(lastResults);
  const shapes = [
    ["spawn", "spawn"],
    ["check", "steer", "list", "collected", "error", "error"],
    ["cancel"],
    ["cancel"],
    ["error"],
    ["delegate"],
    ["collectedSeveral"],
    ["list"],
  ] as const;
  shapes.forEach((row, turn) => {
    assert.equal(replies[turn]!.length, row.length);
    row.forEach((shape, index) => assertShape(shape, replies[turn]![index]));
  });
  const [, looks = []] = replies;
  const [cancelled, again, late, , collected, all] = replies.slice(2).map(([reply]) => reply);
  assert.deepEqual([looks[3].timed_out, looks[3].status, looks[3].summary], [true, "running", null]);
  assert.deepEqual(looks.slice(4).map(({ error }) => error.code), ["unknown_task", "invalid_arguments"]);
  assert.match(looks[4].error.message + looks[4].error.hint, new RegExp(alpha));
  assert.match(looks[5].error.message, /\bid\b/);
  assert.deepEqual([cancelled.status, cancelled.reason, cancelled.already_final], [
    "cancelled",
    "cancelled_by_parent",
    undefined,
  ]);
  assert.deepEqual([again.status, again.already_final], ["cancelled", true]);
  assert.equal(late.error.code, "not_running");
  assert.deepEqual(collected.results.map((task: Reading) => task.status), ["cancelled", "completed"]);
  assert.equal(all.tasks.length, 3);
});
