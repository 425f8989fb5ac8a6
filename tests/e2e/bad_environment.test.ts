import assert from "node:assert/strict";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { assertNothingInside, assertOneMessage } from "../support/one_message.ts";
import type { Finished } from "../support/running.ts";

endToEnd("without HOME and HERMES_HOME says what to set", async (hermes) => {
  const env = { HOME: undefined, HERMES_HOME: undefined };
  const finished = await hermes.run(["chat", "-Q", "--offline", "-q", "say: hello"], { env });
  assertOneMessage(finished, { code: 78, says: ["HERMES_HOME", "HOME"] });
});

endToEnd("without HOME works when HERMES_HOME is set", async (hermes) => {
  const finished = await hermes.run(["chat", "-Q", "--offline", "-q", "say: hello"], {
    env: { HOME: undefined },
  });
  assert.deepEqual([finished.code, finished.stdout], [0, "hello\n"]);
});

endToEnd("with a file in the place of HERMES_HOME says so", async (hermes) => {
  const file = `${hermes.root}/occupied`;
  Deno.writeTextFileSync(file, "");
  const env = { HERMES_HOME: file };
  const finished = await hermes.run(["chat", "-Q", "--offline", "-q", "say: hello"], { env });
  assertOneMessage(finished, { code: 78, says: [file] });
});

endToEnd("in a HERMES_HOME that takes no files either works or says so", async (hermes) => {
  const env = { HERMES_HOME: "/proc/self" }; // read-only for root too
  const finished = await hermes.run(["chat", "-Q", "--offline", "-q", "say: hello"], { env });
  if (finished.code === 0) assert.equal(finished.stdout, "hello\n");
  else assertOneMessage(finished, { code: 78, says: ["/proc/self"] });
});

endToEnd("ends quietly when its output is closed early", async (hermes) => {
  const lines = Array.from({ length: 40_000 }, (_, line) => `line ${line}`).join(" ");
  const command = [...hermes.launcher.command, "chat", "-Q", "--offline", "-q", "-"].join(" ");
  const shell = `{ ${command} < input; echo "code $?" >&2; } | head -c 20`;
  Deno.writeTextFileSync(`${hermes.work}/input`, `say: ${lines}`);
  const { success, stdout, stderr } = await new Deno.Command("bash", {
    args: ["-c", shell],
    cwd: hermes.work,
    env: hermes.environment(),
    clearEnv: true,
  }).output();
  const said = new TextDecoder().decode(stderr);
  assert.ok(success);
  assert.equal(new TextDecoder().decode(stdout), "line 0 line 1 line 2");
  assert.match(said, /^code (0|1|141)\n$/, "nothing but the shell's own line");
  assertNothingInside(said);
});

endToEnd("--help ends quietly into head -1", async (hermes) => {
  const shell = `${hermes.launcher.command.join(" ")} --help | head -1`;
  const { stdout, stderr } = await new Deno.Command("bash", {
    args: ["-o", "pipefail", "-c", shell],
    cwd: hermes.work,
    env: hermes.environment(),
    clearEnv: true,
  }).output();
  assert.match(new TextDecoder().decode(stdout), /^Usage: hermes.*\n$/);
  assert.equal(new TextDecoder().decode(stderr), "");
});

/** The program in a shell that first does what `before` says, in the working directory of the case. */
async function after(hermes: EndToEnd, before: string, args: readonly string[]): Promise<Finished> {
  const startedAt = performance.now();
  const { code, signal, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", `${before} && exec "$@"`, "sh", ...hermes.launcher.command, ...args],
    cwd: hermes.work,
    env: hermes.environment(),
    clearEnv: true,
    stdin: "null",
  }).output();
  const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  const durationMs = performance.now() - startedAt;
  return { code, signal, stdout: said ?? "", stderr: complained ?? "", durationMs };
}

const DELETED = "mkdir gone && cd gone && rmdir ../gone";

endToEnd("from a directory that was deleted does what needs none", async (hermes) => {
  for (const args of [["--version"], ["--help"], ["list"], ["config", "path"], ["chat", "--help"]]) {
    const [there, here] = [await after(hermes, DELETED, args), await hermes.run(args)];
    assert.deepEqual([there.code, there.stdout, there.stderr], [0, here.stdout, here.stderr], args.join(" "));
  }
  const args = ["delegate", "--offline", "-Q", "--cwd", hermes.home, "run: pwd"];
  assert.equal(
    (await after(hermes, DELETED, args)).stdout,
    `run: pwd (exit code 0)\n${Deno.realPathSync(hermes.home)}\n`,
  );
}, { isPosix: true, isBinary: true });

endToEnd("from a directory that was deleted says so of what works in one", async (hermes) => {
  for (const args of [["chat", "-q", "hi"], ["delegate", "hi"], ["delegate", "--cwd", ".", "hi"]]) {
    const finished = await after(hermes, DELETED, [...args, "--offline", "-Q"]);
    assertOneMessage(finished, { code: 78, says: ["the working directory: it was deleted", "--cwd"] });
  }
}, { isPosix: true, isBinary: true });

endToEnd("works as a user that no list has, with HOME, without and with an empty one", async (hermes) => {
  Deno.chmodSync(hermes.root, 0o755);
  for (const path of [hermes.hermesHome, hermes.work]) Deno.chownSync(path, 54_321, 54_321);
  const program = `${hermes.root}/hermes`; // wherever the other one is, this user may reach it
  Deno.copyFileSync(hermes.launcher.command[0], program);
  for (const HOME of [hermes.home, undefined, ""]) {
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args: ["chat", "--offline", "-Q", "-q", "run: id -u then read: ~/none"],
      cwd: hermes.work,
      env: hermes.environment({ HOME }),
      clearEnv: true,
      stdin: "null",
      uid: 54_321,
      gid: 54_321,
    }).output();
    const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assert.deepEqual([code, complained], [0, ""]);
    assert.match(said ?? "", /\(exit code 0\)\n54321\n[^]*there is no such file/);
  }
}, { isRoot: true, isBinary: true });
