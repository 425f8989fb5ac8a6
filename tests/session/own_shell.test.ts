import assert from "node:assert/strict";
import { ownShell } from "../../lib/session/own_shell.ts";
import type { Shell, ShellCommand, ShellResult } from "../../lib/tools/tool.ts";
import { NEVER } from "./control/stage.ts";

const COMMAND: ShellCommand = { command: "true", cwd: "/", timeoutMs: 0 };
const RESULT: ShellResult = {
  exitCode: 0,
  killedBy: null,
  signal: null,
  output: "",
  outputBytes: 0,
  truncated: false,
  path: null,
  leftOut: 0,
  durationMs: 1,
};
const SHELL: Shell = { run: () => Promise.resolve(RESULT) };

/** What is told of when the agent of a shell is over. */
async function toldAtTheEnd(end: () => Promise<readonly string[]>, commands = 1): Promise<readonly string[]> {
  const told: string[] = [];
  {
    await using shell = ownShell(SHELL, { end, onLeft: (message) => told.push(message) });
    for (let i = 0; i < commands; i++) {
      assert.equal(await shell.run(COMMAND, NEVER), RESULT);
    }
  }
  return told;
}

Deno.test("ownShell() ends what commands left when its agent is over, and looks for nothing when none ran", async () => {
  let ends = 0;
  const end = () => Promise.resolve((ends++, []));
  assert.deepEqual([await toldAtTheEnd(end, 0), ends], [[], 0]);
  assert.deepEqual([await toldAtTheEnd(end, 2), ends], [[], 1]);
});

Deno.test("ownShell() tells of what could not be ended, and when that cannot be known; its end goes on", async () => {
  const stuck = await toldAtTheEnd(() => Promise.resolve(["17 sleep 60", "18 cat"]));
  assert.deepEqual(stuck, ["Cannot end what commands left running: 17 sleep 60, 18 cat"]);
  const blind = await toldAtTheEnd(() => Promise.reject(new Error("too many open files")));
  assert.deepEqual(blind, ["Cannot tell what commands left running: too many open files"]);
});
