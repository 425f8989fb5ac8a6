import assert from "node:assert/strict";
import { goalOf } from "../support/delegation_script.ts";
import { endToEnd } from "../support/end_to_end.ts";
import { useServer } from "../support/scripted_home.ts";
import { hold, say, type ScriptedServer, startScriptedServer, status } from "../support/scripted_server.ts";
import type { Reading } from "../support/wire_reading.ts";

const GOALS = ["GOAL-ALPHA", "GOAL-BRAVO"];
const RECORD_FIELDS = [
  "task_id",
  "name",
  "goal",
  "status",
  "reason",
  "outcome",
  "elapsed_s",
  "turn",
  "model",
  "tokens",
];

endToEnd("delegate runs its goals at once and prints the summaries in their order", async (hermes) => {
  const bravo = Promise.withResolvers<void>();
  await using server: ScriptedServer = await startScriptedServer((request) => {
    if (goalOf(request, GOALS) === "GOAL-BRAVO") {
      bravo.resolve();
      return say("bravo is done");
    }
    return hold(bravo.promise, say("alpha is done"));
  });
  useServer(hermes, server.baseUrl);
  const { code, stdout } = await hermes.run(["delegate", "-Q", ...GOALS]);
  assert.equal(code, 0);
  const id = "t[0-9a-hjkmnp-tv-z]{5}";
  assert.match(
    stdout,
    new RegExp(`^==> ${id} GOAL-ALPHA <==\nalpha is done\n\n==> ${id} GOAL-BRAVO <==\nbravo is done\n$`),
  );
});

endToEnd("delegate of one goal prints its summary only", async (hermes) => {
  await using server = await startScriptedServer(() => say("the summary"));
  useServer(hermes, server.baseUrl);
  const { code, stdout, stderr } = await hermes.run([
    "delegate",
    "-Q",
    "GOAL-ALPHA",
    "--context",
    "CONTEXT-WORD",
  ]);
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: "the summary\n", stderr: "" });
  assert.match(server.requests[0]!.raw, /GOAL-ALPHA.*CONTEXT-WORD|CONTEXT-WORD.*GOAL-ALPHA/s);
});

endToEnd("delegate --json prints one document with results and total_duration_s", async (hermes) => {
  await using server = await startScriptedServer((request) => say(`done: ${goalOf(request, GOALS)}`));
  useServer(hermes, server.baseUrl);
  const { code, stdout } = await hermes.run(["delegate", "--json", ...GOALS]);
  assert.equal(code, 0);
  const { results, total_duration_s } = JSON.parse(stdout);
  assert.ok(total_duration_s > 0);
  assert.deepEqual(results.map((task: Reading) => [task.goal, task.status, task.summary]), [
    ["GOAL-ALPHA", "completed", "done: GOAL-ALPHA"],
    ["GOAL-BRAVO", "completed", "done: GOAL-BRAVO"],
  ]);
  for (const field of RECORD_FIELDS) assert.ok(field in results[0], field);
});

endToEnd("delegate with a failed goal prints the others and exits 1", async (hermes) => {
  await using server = await startScriptedServer((request) =>
    goalOf(request, GOALS) === "GOAL-ALPHA" ? status(400, { error: { message: "no" } }) : say("bravo is done")
  );
  useServer(hermes, server.baseUrl);
  const { code, stdout, stderr } = await hermes.run(["delegate", ...GOALS]);
  assert.equal(code, 1);
  assert.match(stdout, /bravo is done\n$/);
  assert.match(stderr, /provider_error/);
});

for (
  const [signal, code, ending] of [["SIGINT", 130, "cancelled"], ["SIGTERM", 143, "interrupted"]] as const
) {
  endToEnd(`${signal} keeps what delegate has, also of a goal behind one that still runs`, async (hermes) => {
    await using server: ScriptedServer = await startScriptedServer((request) =>
      goalOf(request, GOALS) === "GOAL-BRAVO" ? say("bravo is done") : new Promise(() => {})
    );
    useServer(hermes, server.baseUrl);
    for (const args of [[], ["--json"]]) {
      const running = hermes.start(["delegate", ...args, ...GOALS]);
      await running.stderr.waitFor(/completed after/);
      running.kill(signal);
      const { code: ended, stdout } = await running.finished;
      assert.equal(ended, code);
      if (args.length === 0) assert.match(stdout, /bravo is done/);
      else {
        const { results } = JSON.parse(stdout);
        assert.deepEqual(results.map(({ status }: Reading) => status), [ending, "completed"]);
      }
    }
    const { tasks } = JSON.parse((await hermes.run(["list", "--all", "--json"])).stdout);
    const [done] = tasks.filter((task: Reading) => task.status === "completed");
    assert.equal(done.delivered, true, "what was printed was delivered");
  });
}

endToEnd("SIGINT ends delegate with exit code 130 and leaves nothing", async (hermes) => {
  await using server: ScriptedServer = await startScriptedServer(() => new Promise(() => {}));
  useServer(hermes, server.baseUrl);
  const running = hermes.start(["delegate", ...GOALS]);
  await server.waitForRequest(({ index }) => index === 1);
  running.kill("SIGINT");
  assert.equal((await running.finished).code, 130);
});
