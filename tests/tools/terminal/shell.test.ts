import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { systemClock } from "../../../lib/support/clock.ts";
import { ToolFailure } from "../../../lib/support/errors.ts";
import { createRedactor } from "../../../lib/support/redact.ts";
import { createShell, type ShellOptions } from "../../../lib/tools/terminal/shell.ts";
import { SpillFile } from "../../../lib/tools/terminal/spill_file.ts";

const GRACE_MS = 150;
/** Far more than any of these commands may take on a loaded machine, far less than they would take unkilled. */
const SOON_MS = 10_000;
const NEVER = new AbortController().signal;

interface Fixture extends Disposable {
  readonly dir: string;
  run(command: string, given?: { timeoutMs?: number; signal?: AbortSignal }): ReturnType<Shell["run"]>;
  /** A pipe; `text` resolves when the command has written to it. */
  pipe(name: string): { readonly path: string; readonly text: Promise<string> };
}

type Shell = ReturnType<typeof createShell>;

function fixture(options: Partial<ShellOptions> = {}): Fixture {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "hermes-shell-")));
  const shell = createShell({
    outputBytes: 50_000,
    env: process.env,
    secrets: [],
    redactor: createRedactor([]),
    spillDir: join(dir, "spill"),
    marks: { sessionId: "s00000", hostId: "h00000", taskId: null },
    graceMs: GRACE_MS,
    clock: systemClock,
    ...options,
  });
  return {
    dir,
    run: (command, { timeoutMs = 0, signal = NEVER } = {}) =>
      shell.run({ command, cwd: dir, timeoutMs }, signal),
    pipe(name) {
      const path = join(dir, name);
      execFileSync("mkfifo", [path]);
      return { path, text: readFile(path, "utf8") };
    },
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** Whether the process runs; one that is dead and only not yet reaped does not. */
function isRunning(pid: string): boolean {
  try {
    return !execFileSync("ps", ["-o", "stat=", "-p", pid], { encoding: "utf8" }).trim().startsWith("Z");
  } catch {
    return false;
  }
}

function assertGone(pids: string): void {
  const list = pids.trim().split(/\s+/);
  assert.ok(list.every((pid) => /^\d+$/.test(pid)), pids);
  assert.deepEqual(list.filter(isRunning), []);
}

async function elapsed(work: Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work;
  return performance.now() - startedAt;
}

Deno.test("createShell() runs in the directory and keeps both streams in their order", async () => {
  using shell = fixture();
  const { durationMs, ...result } = await shell.run("pwd; echo two >&2; echo three; exit 7");
  const output = `${shell.dir}\ntwo\nthree\n`;
  assert.deepEqual(result, {
    exitCode: 7,
    killedBy: null,
    signal: null,
    output,
    outputBytes: output.length,
    truncated: false,
    path: null,
    leftOut: 0,
  });
  assert.ok(durationMs >= 0 && durationMs < SOON_MS);
});

Deno.test("createShell() gives commands no input", async () => {
  using shell = fixture();
  assert.equal((await shell.run("cat; read -r line; echo done")).output, "done\n");
});

Deno.test("createShell() gives 127 for an unknown command and null for one that a signal ended", async () => {
  using shell = fixture();
  const unknown = await shell.run("no-such-command-here");
  assert.equal(unknown.exitCode, 127);
  assert.match(unknown.output, /no-such-command-here/);
  for (const name of ["SIGKILL", "SIGTERM", "SIGSEGV"]) {
    const { exitCode, killedBy, signal } = await shell.run(`kill -s ${name.slice(3)} $$`);
    assert.deepEqual([exitCode, killedBy, signal], [null, "signal", name]);
  }
});

Deno.test("createShell() takes a command that begins with a dash as a command", async () => {
  using shell = fixture();
  assert.equal((await shell.run("-x")).exitCode, 127);
});

Deno.test("createShell() keeps head and tail of long output and counts all of it", async () => {
  using shell = fixture({ outputBytes: 100 });
  const result = await shell.run("seq 1 100000");
  assert.deepEqual([result.outputBytes, result.truncated], [588_895, true]);
  assert.match(result.output, /^1\n2\n.*bytes left out.*99999\n100000\n$/s);
  assert.ok(result.output.length < 200);
});

Deno.test("createShell() passes on output that is not UTF-8 as U+FFFD", async () => {
  using shell = fixture();
  assert.equal((await shell.run(String.raw`printf 'a\377b'`)).output, "a\ufffdb");
});

Deno.test("createShell() lets no secret into the environment, and marks it", async () => {
  const env = { ...process.env, PLANTED_API_KEY: "sk-one", INNOCENT: "sk-two-two", HERMES_TASK_ID: "stale" };
  const marks = { sessionId: "s12345", hostId: "h12345", taskId: "t12345" };
  using shell = fixture({ env, secrets: [{ name: "A", value: "sk-two-two" }], marks });
  const seen = (await shell.run("env")).output.split("\n");
  assert.deepEqual(seen.filter((line) => /sk-|PLANTED|INNOCENT/.test(line)), []);
  assert.deepEqual(seen.filter((line) => line.startsWith("HERMES_")).sort(), [
    "HERMES_HOST_ID=h12345",
    "HERMES_SESSION_ID=s12345",
    "HERMES_TASK_ID=t12345",
  ]);
  assert.ok(seen.includes(`PATH=${process.env["PATH"]}`));
});

Deno.test("createShell() sets no task mark where there is no task", async () => {
  using shell = fixture({ env: { ...process.env, HERMES_TASK_ID: "stale" } });
  assert.equal((await shell.run("echo ${HERMES_TASK_ID-unset}")).output, "unset\n");
});

Deno.test("createShell() says that the directory is missing, or is none", async () => {
  using shell = fixture();
  const file = join(shell.dir, "file");
  await writeFile(file, "");
  const other = createShell({
    outputBytes: 10,
    env: {},
    secrets: [],
    redactor: createRedactor([]),
    spillDir: join(shell.dir, "spill"),
    marks: { sessionId: "s00000", hostId: "h00000", taskId: null },
    graceMs: 1,
    clock: systemClock,
  });
  const cases = [[join(shell.dir, "gone"), "there is no such directory"], [file, "it is not a directory"]];
  for (const [cwd = "", state] of cases) {
    await assert.rejects(
      other.run({ command: "true", cwd, timeoutMs: 0 }, NEVER),
      new ToolFailure("not_found", `Cannot run a command in "${cwd}": ${state}`),
    );
  }
});

Deno.test("createShell() says so when a command cannot start", async () => {
  using shell = fixture();
  for (const command of ["echo \0", `echo ${"x".repeat(3_000_000)}`]) {
    await assert.rejects(shell.run(command), { name: "ToolFailure", code: "cannot_start" });
  }
});

Deno.test("createShell() ends a command at its timeout and keeps what it said", async () => {
  using shell = fixture();
  const result = await shell.run("echo begun; sleep 60; echo never", { timeoutMs: 300 });
  assert.deepEqual([result.exitCode, result.killedBy, result.output], [null, "timeout", "begun\n"]);
  assert.ok(result.durationMs >= 300 && result.durationMs < SOON_MS);
});

Deno.test("createShell() lets a command clean up after SIGTERM", async () => {
  using shell = fixture();
  const result = await shell.run("trap 'echo cleaned; exit 0' TERM; sleep 60 & wait", { timeoutMs: 300 });
  assert.deepEqual([result.killedBy, result.output], ["timeout", "cleaned\n"]);
});

Deno.test("createShell() kills a tree that ignores SIGTERM within the grace time", async () => {
  using shell = fixture();
  const ready = shell.pipe("ready");
  const stop = new AbortController();
  const running = shell.run(
    `trap '' TERM; (trap '' TERM; sleep 60 & sleep 60 & wait) & echo $$ $! $(pgrep -g $$) > ${ready.path}; sleep 60`,
    { signal: stop.signal },
  );
  const rejected = assert.rejects(running, (error: unknown) => error === "stop it");
  const pids = await ready.text;
  stop.abort("stop it");
  const tookMs = await elapsed(rejected);
  assert.ok(tookMs >= GRACE_MS && tookMs < SOON_MS, `${tookMs} ms`);
  assertGone(pids);
});

Deno.test("createShell() rejects at once when the signal is already aborted", async () => {
  using shell = fixture();
  await assert.rejects(shell.run(`touch ran`, { signal: AbortSignal.abort("over") }), (e) => e === "over");
  assert.equal((await shell.run("ls")).output, "");
});

Deno.test("createShell() leaves nothing of a background command, silent or holding the pipe", async () => {
  using shell = fixture();
  const silent = await shell.run("sleep 60 > /dev/null 2>&1 & echo $!");
  assertGone(silent.output);
  const holding = await shell.run("(trap '' TERM; sleep 60) & echo $!; exit 3");
  assertGone(holding.output);
  assert.deepEqual([holding.exitCode, holding.killedBy], [3, null]);
});

Deno.test("createShell() is not held up by a process that left the group with the pipe", async () => {
  using shell = fixture();
  const tookMs = await elapsed(
    shell.run("setsid sh -c 'echo $$ > pid; exec sleep 30' & until [ -s pid ]; do :; done"),
  );
  const pid = await readFile(join(shell.dir, "pid"), "utf8");
  process.kill(Number(pid), "SIGKILL");
  assert.ok(tookMs < SOON_MS);
});

Deno.test("createShell() waits for output that is still on its way when the command ends", async () => {
  using shell = fixture();
  const result = await shell.run("seq 1 2000 > >(cat)");
  assert.ok(result.output.endsWith("\n2000\n"), result.output.slice(-20));
});

Deno.test("createShell() keeps sixty commands at once apart", async () => {
  using shell = fixture();
  const all = await Promise.all(Array.from({ length: 60 }, (_, i) => shell.run(`echo ${i}; exit ${i}`)));
  assert.deepEqual(all.map((r) => [r.exitCode, r.output]), all.map((_, i) => [i, `${i}\n`]));
});

Deno.test("createShell() keeps all of a long output in a file for its owner alone", async () => {
  using shell = fixture({ outputBytes: 1000, marks: { sessionId: "s1", hostId: "h1", taskId: "t12345" } });
  const { path, truncated } = await shell.run("seq 1 100000");
  assert.ok(truncated && path !== null);
  assert.ok(path.startsWith(join(shell.dir, "spill", "t12345-terminal-")), path);
  const all = Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join("");
  assert.ok(await readFile(path, "utf8") === all);
  assert.deepEqual([statSync(path).mode & 0o777, statSync(join(shell.dir, "spill")).mode & 0o777], [
    0o600,
    0o700,
  ]);
});

Deno.test("createShell() makes no file for output that the model gets whole", async () => {
  using shell = fixture({ outputBytes: 6 });
  assert.equal((await shell.run("echo 12345")).path, null);
  assert.equal(existsSync(join(shell.dir, "spill")), false);
});

Deno.test("createShell() goes on when the whole output cannot be kept", async () => {
  using shell = fixture({ outputBytes: 100, spillDir: "/dev/null/spill" });
  const result = await shell.run("seq 1 100000; exit 3");
  assert.deepEqual([result.exitCode, result.path, result.truncated, result.outputBytes], [
    3,
    null,
    true,
    588_895,
  ]);
});

Deno.test("createShell() shows no secret, neither in the result nor in the file, wherever the output is cut", async () => {
  const redactor = createRedactor([{ name: "PLANTED", value: "planted-key-123456" }]);
  using shell = fixture({ outputBytes: 100, redactor });
  const { path, output } = await shell.run(
    "for i in $(seq 1 5000); do printf 'planted-key-%s ' 123456; done",
  );
  assert.ok(path !== null && output.startsWith("[redacted: PLANTED] "));
  assert.ok(await readFile(path, "utf8") === "[redacted: PLANTED] ".repeat(5000));
  assert.equal(/planted-|123456/.test(output), false, output);
});

/** [what comes, the room in the file and in its directory, what is in the file at the end; null: there is none] */
const SPILLS: readonly (readonly [readonly string[], number, number, string | null])[] = [
  [["abc", "def", "ghi"], 5, 100, "abcde\n[4 bytes after this are not kept]\n"],
  [["abcdefghi"], 5, 100, "abcde\n[4 bytes after this are not kept]\n"],
  [["abcde", "f"], 5, 100, "abcde\n[1 bytes after this are not kept]\n"],
  [["abc", "de"], 5, 100, "abcde"],
  [["abc", "def", "ghi"], 100, 14, "abcd\n[5 bytes after this are not kept]\n"],
  [["abc"], 100, 10, null],
];

for (const [pieces, file, directory, kept] of SPILLS) {
  Deno.test(`SpillFile keeps of ${pieces} what ${file} bytes and ${directory} of all files allow, and says so`, async () => {
    using shell = fixture();
    mkdirSync(join(shell.dir, "kept"));
    writeFileSync(join(shell.dir, "kept/earlier"), "0123456789");
    const spill = new SpillFile(join(shell.dir, "kept/now"), { file, directory });
    for (const piece of pieces) await spill.write(new TextEncoder().encode(piece));
    const { path, leftOut } = await spill.end();
    assert.equal(path === null ? null : await readFile(path, "utf8"), kept);
    if (kept !== null) assert.equal(leftOut, Number(/\[(\d+) bytes/.exec(kept)?.[1] ?? 0));
    assert.deepEqual(existsSync(join(shell.dir, "kept/now")), kept !== null);
  });
}
