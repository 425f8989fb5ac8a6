import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { runCli } from "../support/run_cli.ts";
import { TempDir } from "../support/temp_dir.ts";

const DECIDING: readonly (readonly string[])[] = [
  ["approve", "t00000"],
  ["approve", "t00000", "--session"],
  ["deny", "s00000"],
  ["config", "set", "approvals.mode", "off"],
  ["config", "init"],
  ["auth", "add", "openai"],
  ["auth", "remove", "openai", "work"],
  ["auth", "reset"],
  ["sessions", "rm", "s00000"],
  ["cancel", "--all", "--yes"],
  ["cancel", "--all", "--session", "s00000"],
  ["chat", "--yolo", "-q", "go", "--offline"],
  ["delegate", "--yolo", "go", "--offline"],
  ["delegate", "--async", "--yolo", "go", "--offline"],
];

for (const args of DECIDING) {
  Deno.test(`hermes ${args.join(" ")} refuses where an agent's command calls it`, async () => {
    using dir = new TempDir();
    const marks: Readonly<Record<string, string>>[] = [
      { HERMES_TASK_ID: "t7f3k9" },
      { HERMES_HOST_ID: "h1" },
      { HERMES_BY_AGENT: "a command of task t7f3k9" },
    ];
    for (const mark of marks) {
      const { code, stdout, stderr } = await runCli(args, { env: { HERMES_HOME: dir.at("state"), ...mark } });
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(
        stderr,
        /^hermes: Cannot [^:]+: this is a command of (task t7f3k9|an agent), and agents do not decide what agents may do\nDo it in a shell that no agent started\n$/,
      );
    }
    assert.equal(existsSync(dir.at("state")), false);
  });
}

Deno.test("what decides nothing is there for agents too", async () => {
  using dir = new TempDir();
  const env = { HERMES_HOME: dir.at("state"), HERMES_TASK_ID: "t7f3k9" };
  for (const args of [["config", "path"], ["config", "get", "approvals.mode"], ["list"], ["auth", "list"]]) {
    assert.equal((await runCli(args, { env })).code, 0, args.join(" "));
  }
});
