import assert from "node:assert/strict";
import process from "node:process";
import { isProcessAlive, processMark } from "../../lib/support/process_mark.ts";

/** Where the system says when a process started. */
const isKnown = Deno.build.os === "linux" || Deno.build.os === "darwin";

function sleeper(): Deno.ChildProcess {
  const pipes = { stdin: "piped", stdout: "null", stderr: "null" } as const;
  return new Deno.Command("cat", pipes).spawn();
}

Deno.test("processMark() is the same whenever it is asked, and null when nothing has the id", {
  ignore: !isKnown,
}, () => {
  const mark = processMark(process.pid);
  assert.ok(mark);
  assert.equal(processMark(process.pid), mark);
  assert.equal(processMark(2 ** 22 + 1), null, "beyond the ids that Linux gives out");
});

Deno.test("isProcessAlive() knows a process from a later one with its id", { ignore: !isKnown }, () => {
  const mark = processMark(process.pid) ?? "";
  assert.equal(isProcessAlive(process.pid, mark), true);
  assert.equal(isProcessAlive(process.pid, `1${mark}`), false);
});

Deno.test("isProcessAlive() asks for the id alone where there is no mark", {
  ignore: Deno.build.os === "windows",
}, async () => {
  const child = sleeper();
  assert.equal(isProcessAlive(child.pid, ""), true);
  child.kill("SIGKILL");
  await child.stdin.close().catch(() => {});
  await child.status;
  assert.equal(isProcessAlive(child.pid, ""), false);
});

Deno.test(
  "processMark() of a process that has ended and was not noticed yet is null",
  { ignore: !isKnown },
  async () => {
    // The shell starts one that ends at once, says its id and becomes one that never waits for it.
    const script = "true & echo $!; exec cat >&2";
    const pipes = { stdin: "piped", stdout: "piped", stderr: "null" } as const;
    const shell = new Deno.Command("sh", { args: ["-c", script], ...pipes }).spawn();
    const reader = shell.stdout.getReader();
    const pid = Number(new TextDecoder().decode((await reader.read()).value));
    while (isProcessAlive(pid, "") && processMark(pid) !== null) {
      await new Promise((resolve) => setTimeout(resolve, 1)); // until it has ended
    }
    assert.equal(processMark(pid), null);
    await shell.stdin.close();
    await shell.status;
    await reader.cancel();
  },
);
