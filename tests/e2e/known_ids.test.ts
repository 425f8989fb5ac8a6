import assert from "node:assert/strict";
import { endToEnd } from "../support/end_to_end.ts";

endToEnd("an unknown id is answered with at most 20 that are known, whoever asks", async (hermes) => {
  const goals = Array.from({ length: 24 }, (_, n) => `say: ${n}`);
  const { stdout } = await hermes.run(["delegate", "--offline", "-Q", "--json", ...goals]);
  const ids: string[] = JSON.parse(stdout).results.map((task: { task_id: string }) => task.task_id);
  for (
    const args of [
      ["delegate", "--offline", "-Q", "--after", "t00000", "x"],
      ["delegate", "--offline", "-Q", "--async", "--after", "t00000", "x"],
      ["check", "t00000"],
      ["steer", "t00000", "x"],
      ["collect", "t00000"],
      ["cancel", "t00000"],
    ]
  ) {
    const { code, stderr } = await hermes.run(args);
    assert.equal(code, 2, args.join(" "));
    const [, known = ""] =
      /^hermes: Cannot find task "t00000": there is none of that id\nKnown: (.+)\n$/.exec(stderr) ?? [];
    const named = known.split(", ");
    assert.equal(named.length, 20, stderr);
    assert.ok(named.every((id) => ids.includes(id)), stderr);
  }
});

endToEnd(
  "list leaves out what was collected, and --json has goals of up to 200 characters",
  async (hermes) => {
    const goal = `wait: 30 then say: ${"long ".repeat(60)}`;
    const run = async (args: readonly string[]) => (await hermes.run(args)).stdout.trimEnd();
    const [done, live] = [
      await run(["delegate", "--offline", "-Q", "--async", "say: done"]),
      await run(["delegate", "--offline", "-Q", "--async", goal]),
    ];
    assert.equal(await run(["collect", done!]), "done");
    const listed = async (args: readonly string[]): Promise<{ task_id: string; goal: string }[]> =>
      JSON.parse(await run(["list", "--json", ...args])).tasks;
    const [open, all] = [await listed([]), await listed(["--all"])];
    assert.deepEqual(open.map(({ task_id }) => task_id), [live]);
    assert.deepEqual(all.map(({ task_id }) => task_id).sort(), [done, live].sort());
    for (const [task] of [open, all.filter(({ task_id }) => task_id === live)]) {
      assert.equal(task?.goal, `${goal.slice(0, 199)}…`);
    }
    assert.doesNotMatch(await run(["list"]), new RegExp(done!));
  },
);
