import assert from "node:assert/strict";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { detachedHosts } from "../support/host_end.ts";
import { hold, say, type ScriptedServer, startScriptedServer } from "../support/scripted_server.ts";
import { useServer } from "../support/scripted_home.ts";

const ID = /^t[0-9a-hjkmnp-tv-z]{5}$/;

async function delegated(hermes: EndToEnd, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await hermes.run(["delegate", "--async", "--offline", "-Q", ...args]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout.trimEnd(), ID);
  return stdout.trimEnd();
}

endToEnd(
  "delegate --async prints ids at once, and collect prints the summaries in their order",
  async (hermes) => {
    const { code, stdout } = await hermes.run(
      ["delegate", "--async", "--offline", "wait: 1 then say: first", "say: second"],
    );
    const ids = stdout.trimEnd().split("\n");
    assert.equal(code, 0);
    assert.equal(ids.length, 2);
    const collected = await hermes.run(["collect", ...ids]);
    assert.deepEqual(
      { code: collected.code, stdout: collected.stdout, stderr: collected.stderr },
      {
        code: 0,
        stdout: `==> ${ids[0]} wait: 1 then say: first <==\nfirst\n\n==> ${ids[1]} say: second <==\nsecond\n`,
        stderr: "",
      },
    );
  },
);

endToEnd("delegate --async --json prints the tasks, collect --json the task", async (hermes) => {
  const { stdout } = await hermes.run(["delegate", "--async", "--offline", "--json", "say: hello"]);
  const { tasks } = JSON.parse(stdout);
  assert.equal(tasks.length, 1);
  assert.match(tasks[0].task_id, ID);
  assert.match(tasks[0].note, /no result yet/);
  const first = await hermes.run(["collect", "--json", tasks[0].task_id]);
  const task = JSON.parse(first.stdout);
  assert.deepEqual([task.status, task.summary, task.model], ["completed", "hello", "offline"]);
  assert.deepEqual((await hermes.run(["collect", "--json", tasks[0].task_id])).stdout, first.stdout);
});

endToEnd("a task works where and with the environment in which its command was given", async (hermes) => {
  Deno.mkdirSync(`${hermes.work}/below`);
  const goal = "run: pwd; echo $COLOUR-$SOME_API_KEY";
  const first = await delegated(hermes, goal);
  const { stdout } = await hermes.run(["delegate", "--async", "--offline", "-Q", goal], {
    cwd: `${hermes.work}/below`,
    env: { COLOUR: "blue", SOME_API_KEY: "sk-very-secret-1" },
  });
  const looks = [first, stdout.trimEnd()].map((id) => hermes.run(["collect", id]));
  const [here, below] = await Promise.all(looks);
  assert.match(here!.stdout, new RegExp(`${hermes.work}\n-\n`));
  assert.match(below!.stdout, new RegExp(`${hermes.work}/below\nblue-\n`));
});

endToEnd("delegate --after hands a summary on, also to a delegation that waits", async (hermes) => {
  const first = await delegated(hermes, "wait: 1 then say: the first summary");
  const second = await delegated(hermes, "--after", first, "say: the second");
  const collected = await hermes.run(["collect", "--json", second]);
  assert.equal(JSON.parse(collected.stdout).status, "completed");
  assert.equal(JSON.parse((await hermes.run(["collect", "--json", first])).stdout).status, "completed");
  const slow = await delegated(hermes, "wait: 1 then say: the slow");
  const third = await hermes.run(["delegate", "--offline", "-Q", "--after", slow, "say: the third"]);
  assert.deepEqual([third.code, third.stdout], [0, "the third\n"]);
  const unknown = await hermes.run([
    "delegate",
    "--async",
    "--offline",
    "-Q",
    "--after",
    "t00000",
    "say: no",
  ]);
  assert.equal(unknown.code, 2);
  const alsoUnknown = await hermes.run(["delegate", "--offline", "-Q", "--after", "t00000", "say: no"]);
  assert.deepEqual([alsoUnknown.code, alsoUnknown.stdout], [2, ""]);
  assert.match(unknown.stderr, new RegExp(`"t00000".*\n.*${first}`));
});

endToEnd("twenty commands at once end in one host that has all their tasks", async (hermes) => {
  const starts = Array.from(
    { length: 20 },
    (_, n) =>
      hermes.run(["delegate", "--async", "--offline", "-Q", `say: number ${n}`], { deadlineMs: 180_000 }),
  );
  const ids = (await Promise.all(starts)).map(({ code, stdout, stderr }) => {
    assert.deepEqual([code, stderr], [0, ""]);
    return stdout.trimEnd();
  });
  assert.equal(new Set(ids).size, 20);
  assert.ok(detachedHosts(hermes.hermesHome).length <= 1, "more than one host");
  const { code, stdout } = await hermes.run(["collect", "--json", ...ids]);
  assert.equal(code, 0);
  const { results } = JSON.parse(stdout);
  assert.deepEqual(
    results.map((task: { summary: string }) => task.summary),
    ids.map((_, n) => `number ${n}`),
  );
});

endToEnd("the models of the command that delegates hold for its tasks", async (hermes) => {
  await using server: ScriptedServer = await startScriptedServer(() => say("done"));
  useServer(hermes, server.baseUrl);
  const { stdout } = await hermes.run(["delegate", "--async", "-Q", "-m", "other-model", "anything"]);
  const { code } = await hermes.run(["collect", stdout.trimEnd()]);
  assert.equal(code, 0);
  assert.equal(server.requests[0]?.body.model, "other-model");
});

endToEnd("a model that is unknown is refused before there is a task", async (hermes) => {
  const { code, stdout, stderr } = await hermes.run(["delegate", "--async", "-m", "nonsense/x", "anything"]);
  assert.deepEqual([code, stdout], [78, ""]);
  assert.match(stderr, /^hermes: Cannot .*\bnonsense\b/m);
});

endToEnd("collect that is interrupted leaves the task alone", async (hermes) => {
  const answer = Promise.withResolvers<void>();
  await using server: ScriptedServer = await startScriptedServer(() =>
    hold(answer.promise, say("after all"))
  );
  useServer(hermes, server.baseUrl);
  const { stdout } = await hermes.run(["delegate", "--async", "-Q", "anything"]);
  const id = stdout.trimEnd();
  const waiting = hermes.start(["check", "--follow", id]);
  await waiting.stdout.waitFor(/started/);
  waiting.kill("SIGINT");
  assert.equal((await waiting.finished).code, 130);
  answer.resolve();
  const { code, stdout: summary } = await hermes.run(["collect", id]);
  assert.deepEqual([code, summary], [0, "after all\n"]);
});

endToEnd("--async contradicts what waits, and an empty goal is refused", async (hermes) => {
  for (const args of [["--any"], ["--jsonl"], [""]]) {
    const { code, stdout } = await hermes.run(["delegate", "--async", "--offline", "say: a", ...args]);
    assert.deepEqual([args, code, stdout], [args, 2, ""]);
  }
  assert.deepEqual(detachedHosts(hermes.hermesHome), []);
});

endToEnd("a question of one task ends the wait for all that collect was given", async (hermes) => {
  const [slow, asking] = [await delegated(hermes, "wait: 60"), await delegated(hermes, "ask: which?")];
  const { code, stdout } = await hermes.run(["collect", "--json", slow, asking]);
  const { results, pending, timed_out, interrupted_by, questions } = JSON.parse(stdout);
  assert.deepEqual([code, results, pending, timed_out, interrupted_by], [
    4,
    [],
    [slow, asking],
    false,
    "question",
  ]);
  assert.deepEqual(questions, [{ task_id: asking, question: "which?" }]);
});
