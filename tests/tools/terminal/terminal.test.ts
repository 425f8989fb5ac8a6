import assert from "node:assert/strict";
import type { Shell, ShellCommand, ShellResult } from "../../../lib/tools/tool.ts";
import { workplace } from "../fixture.ts";

const ENDED = {
  exitCode: 0,
  killedBy: null,
  signal: null,
  output: "",
  outputBytes: 0,
  truncated: false,
  path: null,
  leftOut: 0,
  durationMs: 0,
};

/** A shell at the edge of the program, which only notes what it was asked. */
function notingShell(asked: ShellCommand[]): Shell {
  return {
    run(command) {
      asked.push(command);
      return Promise.resolve(ENDED);
    },
  };
}

Deno.test("terminal reports how a command ended, and counts as evidence", async () => {
  using place = workplace();
  const result = await place.call("terminal", { command: "echo out; echo err >&2; exit 4" }) as {
    duration_s: number;
  };
  const { duration_s, ...rest } = result;
  assert.deepEqual(rest, { exit_code: 4, output: "out\nerr\n", truncated: false, timed_out: false });
  assert.ok(duration_s >= 0 && duration_s < 10);
  assert.deepEqual(place.evidence, [["command", "echo out; echo err >&2; exit 4", 4]]);
});

Deno.test("terminal runs where it is told, from the agent's directory", async () => {
  using place = workplace();
  place.file("sub/x", "");
  const run = (cwd: string) => place.call("terminal", { command: "pwd", cwd }) as Promise<{ output: string }>;
  assert.equal((await run("sub")).output, `${place.dir}/sub\n`);
  assert.equal((await run("/")).output, "/\n");
  await assert.rejects(run("gone"), {
    code: "not_found",
    message: `Cannot run a command in "${place.dir}/gone": there is no such directory`,
  });
});

Deno.test("terminal says that a command was killed, and why", async () => {
  using place = workplace();
  const late = await place.call("terminal", { command: "echo begun; sleep 60", timeout_s: 0.2 }) as {
    duration_s: number;
  };
  assert.deepEqual({ ...late, duration_s: 0 }, {
    exit_code: null,
    output: "begun\n",
    duration_s: 0,
    truncated: false,
    timed_out: true,
    note: "Killed with all it started after 0.2 s",
  });
  const killed = await place.call("terminal", { command: "kill -9 $$" }) as { note?: string };
  assert.equal(killed.note, "SIGKILL ended it");
  const inner = await place.call("terminal", { command: "exit 139" }) as { note?: string };
  assert.equal(inner.note, "139 is what a shell gives when SIGSEGV ended a command");
});

Deno.test("terminal takes the default timeout and never more than the most", async () => {
  const timeoutFor = async (terminal: { timeoutS: number; maxTimeoutS: number }, timeout_s?: number) => {
    const asked: ShellCommand[] = [];
    using place = workplace({ terminal, shell: notingShell(asked) });
    await place.call("terminal", { command: "true", timeout_s });
    return asked[0]?.timeoutMs;
  };
  const limits = { timeoutS: 180, maxTimeoutS: 600 };
  assert.equal(await timeoutFor(limits), 180_000);
  assert.equal(await timeoutFor(limits, 0.0001), 1);
  assert.equal(await timeoutFor(limits, 9999), 600_000);
  assert.equal(await timeoutFor({ timeoutS: 0, maxTimeoutS: 600 }), 600_000);
  assert.equal(await timeoutFor({ timeoutS: 0, maxTimeoutS: 0 }), 0);
  assert.equal(await timeoutFor({ timeoutS: 10, maxTimeoutS: 0 }, 9999), 9_999_000);
});

Deno.test("terminal says that the limit was the most there is", async () => {
  using place = workplace({ terminal: { timeoutS: 0.1, maxTimeoutS: 0.2 } });
  const late = await place.call("terminal", { command: "sleep 60", timeout_s: 5 }) as { note?: string };
  assert.equal(late.note, "Killed with all it started after 0.2 s, the most there is");
});

Deno.test("terminal counts a command that was stopped, without an exit code", async () => {
  const stop = new AbortController();
  using place = workplace({ signal: stop.signal });
  const running = place.call("terminal", { command: "sleep 60" });
  stop.abort("cancelled");
  await assert.rejects(running, (error) => error === "cancelled");
  assert.deepEqual(place.evidence, [["command", "sleep 60", null]]);
});

Deno.test("terminal says how much of the output is in no file", async () => {
  const noteOf = async (result: Partial<ShellResult>) => {
    const shell: Shell = { run: () => Promise.resolve({ ...ENDED, outputBytes: 900, ...result }) };
    using place = workplace({ shell });
    const { note } = await place.call("terminal", { command: "yes" }) as { note?: string };
    return note;
  };
  assert.equal(await noteOf({ truncated: true, path: "/x" }), undefined);
  assert.equal(
    await noteOf({ truncated: true, path: "/x", leftOut: 300 }),
    "The last 300 of 900 bytes are not in output_file",
  );
  assert.equal(
    await noteOf({ truncated: true, leftOut: 900 }),
    "The whole output could not be kept in a file",
  );
});
