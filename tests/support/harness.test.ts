import assert from "node:assert/strict";
import { EndToEnd, isInstalled } from "./end_to_end.ts";
import type { Launcher } from "./launchers.ts";
import { processesLeft, processesOf } from "./processes.ts";
import { Running } from "./running.ts";
import { TempDir } from "./temp_dir.ts";
import { Tmux } from "./tmux.ts";

const PATH = Deno.env.get("PATH") ?? "";
const bash: Launcher = { name: "source", command: ["bash", "-c"], env: {} };

function start(
  script: string,
  { path, deadlineMs = 20_000 }: { path: string; deadlineMs?: number },
): Running {
  return new Running({ command: ["bash", "-c", script], env: { PATH }, cwd: path, deadlineMs });
}

Deno.test("Running.stdout.waitFor() resolves on what came before and on what comes", async () => {
  using dir = new TempDir();
  await using running = start("echo first; read -r line; echo got $line; exit 3", dir);
  await running.stdout.waitFor(/first/);
  await running.write("second\n");
  await running.stdout.waitFor(/first\ngot second/);
  const { code, stdout, stderr } = await running.finished;
  assert.deepEqual({ code, stdout, stderr }, { code: 3, stdout: "first\ngot second\n", stderr: "" });
});

Deno.test("Running.stdout.waitFor() rejects when the stream ends without a match", async () => {
  using dir = new TempDir();
  await using running = start("echo nothing of use", dir);
  await assert.rejects(running.stdout.waitFor(/never/), /nothing of use/);
});

Deno.test("Running ends what is late and says what it had said", async () => {
  using dir = new TempDir();
  await using running = start("echo busy; exec sleep 60", { path: dir.path, deadlineMs: 200 });
  await assert.rejects(running.finished, /Still running after 200 ms\nbusy/);
});

Deno.test("EndToEnd gives the program an environment of its own and nothing more", async () => {
  await using hermes = new EndToEnd(bash);
  const { stdout } = await hermes.run(["env | cut -d= -f1 | sort | tr '\\n' ' '; pwd"], {
    env: { LANG: undefined },
  });
  assert.equal(stdout, `HERMES_HOME HOME PATH PWD SHLVL TERM _ ${hermes.work}\n`);
});

Deno.test("EndToEnd fails when a process outlives the program, and ends it", async () => {
  const hermes = new EndToEnd(bash);
  const { root } = hermes;
  await hermes.run(["sleep 60 >/dev/null 2>&1 &"]);
  assert.equal(processesOf(root).length, 1);
  await assert.rejects(hermes[Symbol.asyncDispose](), /processes outlived the program/);
  assert.deepEqual(await processesLeft(root), []);
});

const tmuxCase = {
  name: "Tmux types into a program, shows its screen and its end",
  ignore: !isInstalled("tmux"),
};

Deno.test(tmuxCase, async () => {
  using dir = new TempDir();
  using terminal = new Tmux({
    command: ["bash", "-c", 'read -r -p "name? " name; echo "hello $name"; exit 4'],
    env: { PATH },
    cwd: dir.path,
    socketDir: dir.path,
  });
  await terminal.waitFor(/name\?/);
  terminal.type("you there");
  terminal.press("Enter");
  await terminal.waitFor(/hello you there/);
  assert.equal(await terminal.ended(), 4);
});
