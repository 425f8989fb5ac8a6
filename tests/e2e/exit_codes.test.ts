import assert from "node:assert/strict";
import { finish, goalOf, spawnCall } from "../support/delegation_script.ts";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { assertNothingInside } from "../support/one_message.ts";
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
import { isChild, turnOf } from "../support/wire_reading.ts";

/** How each kind of child ends, by the word in its goal. */
const CHILDREN: Readonly<Record<string, (request: RecordedRequest) => Reply>> = {
  "GOAL-DONE": () => finish("done with it"),
  "GOAL-PARTIAL": () => finish("half of it", "partial"),
  "GOAL-BLOCKED": () => finish("could not begin", "blocked"),
  "GOAL-EMPTY": () => say(""),
  "GOAL-400": () => status(400, { error: { message: "no such field" } }),
  "GOAL-401": () => status(401, { error: { message: "bad key" } }),
  "GOAL-403": () => status(403, { error: { message: "not yours" } }),
  "GOAL-404": () => status(404, { error: { message: "no such model" } }),
  "GOAL-429": () => status(429, "", { "retry-after": "0" }),
  "GOAL-500": () => status(500, "oops"),
  "GOAL-ASKS": (request) =>
    callTools([{ name: "ask_parent", args: { question: `which, for the ${turnOf(request)}. time?` } }]),
  "GOAL-SILENT": () => silence(),
  "GOAL-SPENDS": () =>
    callTools([{ name: "search_files", args: { pattern: "x" } }], {
      usage: { prompt_tokens: 9000, completion_tokens: 1000, total_tokens: 10_000 },
    }),
};

/** What takes the key out of use. */
const REFUSALS: readonly string[] = ["GOAL-401", "GOAL-403"];

async function delegate(hermes: EndToEnd, goals: readonly string[], options: readonly string[] = []) {
  await using server: ScriptedServer = await startScriptedServer((request) => {
    const goal = goalOf(request, Object.keys(CHILDREN));
    const reply = CHILDREN[goal]!(request);
    if (!REFUSALS.includes(goal) || !goals.includes("GOAL-DONE")) return reply;
    return hold(server.waitForRequest(({ raw }) => raw.includes("GOAL-DONE")), reply); // both have the one key
  });
  useServer(hermes, server.baseUrl);
  return await hermes.run(["delegate", "-Q", ...options, ...goals]);
}

/** One child, how the command ends, and what it says of the task on stderr. */
const ONE: readonly {
  readonly goal: string;
  readonly options?: readonly string[];
  readonly code: number;
  readonly says: RegExp;
}[] = [
  { goal: "GOAL-DONE", code: 0, says: /^$/ },
  { goal: "GOAL-EMPTY", code: 1, says: /failed \(bad_output\)/ },
  { goal: "GOAL-400", code: 1, says: /failed \(provider_error\).*400.*no such field/ },
  { goal: "GOAL-404", code: 1, says: /failed \(provider_error\).*404.*no such model/ },
  { goal: "GOAL-SPENDS", options: ["--max-turns", "2"], code: 1, says: /failed \(max_turns\)/ },
  { goal: "GOAL-SPENDS", options: ["--token-budget", "12000"], code: 3, says: /failed \(budget\)/ },
  { goal: "GOAL-ASKS", code: 4, says: /failed \(unanswered\)/ },
  { goal: "GOAL-429", code: 75, says: /failed \(rate_limited\).*429/ },
  { goal: "GOAL-500", code: 75, says: /failed \(provider_error\).*500/ },
  { goal: "GOAL-401", code: 78, says: /failed \(provider_error\).*401/ },
  { goal: "GOAL-403", code: 78, says: /failed \(provider_error\).*403/ },
  { goal: "GOAL-SILENT", options: ["--timeout", "1"], code: 124, says: /failed \(timeout\)/ },
];

for (const { goal, options = [], code, says } of ONE) {
  endToEnd(`delegate of ${[goal, ...options].join(" ")} exits ${code}`, async (hermes) => {
    const finished = await delegate(hermes, [goal], options);
    assert.deepEqual([finished.code, finished.stdout], [code, code === 0 ? "done with it\n" : ""]);
    assert.match(finished.stderr, says);
    assertNothingInside(finished.stderr);
  });
}

for (
  const [goal, summary] of [["GOAL-PARTIAL", "half of it"], ["GOAL-BLOCKED", "could not begin"]] as const
) {
  endToEnd(`delegate of ${goal} prints the summary and exits 1`, async (hermes) => {
    const { code, stdout } = await delegate(hermes, [goal]);
    assert.deepEqual([code, stdout], [1, `${summary}\n`]);
  });
}

/** Several children: the first of 124, 3, 75, 4, 1, 0 that applies counts. */
const SEVERAL: readonly (readonly [
  goals: readonly string[],
  options: readonly string[],
  code: number,
])[] = [
  [["GOAL-DONE", "GOAL-DONE"], [], 0],
  [["GOAL-DONE", "GOAL-PARTIAL"], [], 1],
  [["GOAL-DONE", "GOAL-401"], [], 1],
  [["GOAL-401", "GOAL-403"], [], 78],
  [["GOAL-400", "GOAL-ASKS", "GOAL-DONE"], [], 4],
  [["GOAL-ASKS", "GOAL-429", "GOAL-400"], [], 75],
  [["GOAL-429", "GOAL-SPENDS", "GOAL-DONE"], ["--token-budget", "12000"], 3],
  [["GOAL-SPENDS", "GOAL-DONE", "GOAL-SILENT"], ["--token-budget", "12000", "--timeout", "6"], 124],
  [["GOAL-SILENT", "GOAL-DONE"], ["--any"], 0],
  [["GOAL-400", "GOAL-DONE"], ["--any"], 0],
  [["GOAL-400", "GOAL-404"], ["--any"], 1],
];

for (const [goals, options, code] of SEVERAL) {
  endToEnd(`delegate of ${[...goals, ...options].join(" ")} exits ${code}`, async (hermes) => {
    const finished = await delegate(hermes, goals, options);
    assert.equal(finished.code, code, finished.stderr);
    const done = goals.includes("GOAL-DONE") ? 1 : 0;
    assert.equal(/done with it\n$/m.test(finished.stdout) ? 1 : 0, done, "what completed is printed");
  });
}

endToEnd("delegate to a server that is not there exits 75", async (hermes) => {
  let baseUrl: string;
  {
    await using server = await startScriptedServer(() => say(""));
    baseUrl = server.baseUrl; // free again when the program asks
  }
  useServer(hermes, baseUrl);
  const { code, stdout, stderr } = await hermes.run(["delegate", "-Q", "GOAL-DONE"]);
  assert.deepEqual([code, stdout], [75, ""]);
  assert.ok(stderr.includes(new URL(baseUrl).host), stderr);
});

endToEnd("chat -q whose child failed exits 0 when the last turn ended normally", async (hermes) => {
  await using server = await startScriptedServer((request) => {
    if (isChild(request)) return CHILDREN["GOAL-400"]!(request);
    return turnOf(request) === 1 ? callTools([spawnCall("GOAL-400")]) : say(`turn ${turnOf(request)}`);
  });
  useServer(hermes, server.baseUrl);
  const { code, stdout } = await hermes.run(["chat", "-Q", "-q", "go"]);
  assert.deepEqual([code, stdout], [0, "turn 3\n"]);
});

endToEnd("chat -q exits with the ending of its last turn when that one fails", async (hermes) => {
  await using server = await startScriptedServer((request) => {
    if (isChild(request)) return finish("done with it");
    if (turnOf(request) === 1) return callTools([spawnCall("GOAL-DONE")]);
    return turnOf(request) === 2 ? say("it runs") : status(500, "oops");
  });
  useServer(hermes, server.baseUrl);
  const { code, stderr } = await hermes.run(["chat", "-Q", "-q", "go"]);
  assert.equal(code, 75);
  assert.match(stderr, /^hermes: .*500/);
});

endToEnd("chat -q that has used its turns says what was said last and exits 1", async (hermes) => {
  await using server = await startScriptedServer((request) =>
    request.body.tools === undefined || request.raw.includes('"tool_choice":"none"')
      ? say("this far I came")
      : callTools([{ name: "search_files", args: { pattern: `x${request.index}` } }])
  );
  useServer(hermes, server.baseUrl);
  const { code, stdout, stderr } = await hermes.run(["chat", "-Q", "-q", "go", "--max-turns", "3"]);
  assert.deepEqual([code, stdout], [1, "this far I came\n"]);
  assert.match(stderr, /--max-turns/);
  assert.equal(server.requests.length, 3, "the hand-over turn is one of them");
});

/** A chat on a pipe ends as its last turn did. */
const PIPE: readonly (readonly [claim: string, replies: readonly Reply[], code: number])[] = [
  ["well", [status(400, { error: { message: "no" } }), say("fine")], 0],
  ["refused", [say("fine"), status(400, { error: { message: "no" } })], 1],
  ["with a refused key", [say("fine"), status(401, { error: { message: "no" } })], 78],
];

for (const [claim, replies, expected] of PIPE) {
  endToEnd(`chat on a pipe whose last turn ended ${claim} exits ${expected}`, async (hermes) => {
    await using server = await startScriptedServer(({ index }) => replies[index]!);
    useServer(hermes, server.baseUrl);
    const { code, stdout } = await hermes.run(["chat", "-Q"], { stdin: "one\ntwo\n" });
    assert.deepEqual([code, stdout], [expected, "fine\n"]);
  });
}

for (const args of [["chat", "-n", "-Q", "-q", "say: hi"], ["delegate", "-Q", "say: hi"], ["models"]]) {
  endToEnd(`${args[0]} with a closed stdout says that its output is lost`, async (hermes) => {
    const { command, name } = hermes.launcher;
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", 'exec "$@" >&-', "sh", ...command, ...args, ...(args.length > 1 ? ["--offline"] : [])],
      cwd: hermes.work,
      env: hermes.environment(),
      clearEnv: true,
      stdin: "null",
      stdout: "null",
    }).output();
    const isTold = name === "binary"; // Deno opens /dev/null there, as others hand it on
    const said = isTold ? "hermes: Cannot write the output: it is closed\n" : "";
    assert.deepEqual([code, new TextDecoder().decode(stderr)], [isTold ? 1 : 0, said]);
  });
}

/** Values that a command line cannot have, found before a model is asked. */
const USAGE: readonly (readonly [args: readonly string[], says: RegExp])[] = [
  [["delegate", "GOAL", "--tier", "huge"], /"huge"/],
  [["delegate", "GOAL", "--schema", "absent.json"], /"absent.json"/],
  [["delegate", "GOAL", "--context-file", "absent.txt"], /"absent.txt"/],
  [["delegate", "GOAL", "--max-turns", "0"], /"0".*--max-turns/],
  [["delegate", "-", "-"], /stdin twice/],
  [["delegate", " "], /empty goal/],
  [["chat", "-q", ""], /empty prompt/],
  [["chat", "-q", "hi", "there"], /both/],
  [["chat", "--json"], /--json/],
];

for (const [args, says] of USAGE) {
  endToEnd(`${args.map((arg) => JSON.stringify(arg)).join(" ")} exits 2`, async (hermes) => {
    await using server = await startScriptedServer(() => say("never asked"));
    useServer(hermes, server.baseUrl);
    const { code, stderr } = await hermes.run(args);
    assert.equal(code, 2, stderr);
    assert.match(stderr, says);
    assert.equal(server.requests.length, 0);
  });
}
