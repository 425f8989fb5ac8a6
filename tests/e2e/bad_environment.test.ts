import assert from "node:assert/strict";
import { endToEnd } from "../support/end_to_end.ts";
import { assertNothingInside, assertOneMessage } from "../support/one_message.ts";

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
