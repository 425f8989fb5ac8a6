import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { endDetachedHosts } from "../support/host_end.ts";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";

const UNMARKED = "env -u HERMES_TASK_ID -u HERMES_HOST_ID -u HERMES_SESSION_ID";

/** By the command itself, or before it runs, where the command's words say that it is this program. */
const REFUSED = /agents do not decide what agents may do|changes what agents may do, and no agent may/;

/** What an agent's command says that calls the program, with nothing that asks before it runs. */
async function called(hermes: EndToEnd, args: string, before = ""): Promise<string> {
  const command = `${before} ${hermes.launcher.command.join(" ")} ${args}`;
  const { stdout } = await hermes.run(["delegate", "--yolo", "--offline", "-Q", `run: "${command} 2>&1"`]);
  return stdout;
}

for (
  const args of [
    "approve t00000",
    "deny t00000",
    "config set approvals.mode off",
    "chat --yolo -q go --offline",
  ]
) {
  endToEnd(`${args} in a child's own command refuses, with its marks and without`, async (hermes) => {
    for (const before of ["", UNMARKED, `${UNMARKED} setsid -w`]) {
      assert.match(await called(hermes, args, before), REFUSED, before);
    }
    assert.equal(existsSync(`${hermes.hermesHome}/config.yaml`), false);
  });
}

endToEnd(
  "a command that clears its environment in the shell's place is an agent's, in copies too",
  async (hermes) => {
    const [program, ...rest] = hermes.launcher.command;
    const copies = [[program, ...rest]];
    if (hermes.launcher.name === "binary") {
      for (const [name, more] of [["short", ""], ["long", "x"]] as const) {
        const copy = `${hermes.work}/${name}`;
        copyFileSync(program, copy);
        if (more !== "") writeFileSync(copy, more, { flag: "a" });
        copies.push([copy]);
      }
    }
    const kept = Object.entries(hermes.environment()).map(([name, value]) => `${name}=${value}`).join(" ");
    for (const copy of copies) {
      const script = `${hermes.work}/script`;
      writeFileSync(script, `exec env -i ${kept} ${copy.join(" ")} config set approvals.mode off 2>&1\n`);
      const { stdout } = await hermes.run([
        "delegate",
        "--yolo",
        "--offline",
        "-Q",
        `run: exec bash ${script}`,
      ]);
      assert.match(stdout, REFUSED, copy[0]);
    }
    assert.equal(existsSync(`${hermes.hermesHome}/config.yaml`), false);
  },
);

endToEnd("an agent's command reaches the tasks below the agent, and none beside it", async (hermes) => {
  const { stdout } = await hermes.run(["delegate", "--offline", "--json", "go"]);
  const { results: [{ task_id }] } = JSON.parse(stdout);
  const found = await hermes.run(["sessions", "list", "--json"]);
  const { session_id } = JSON.parse(found.stdout).sessions[0];
  const asked = [["cancel", task_id], ["steer", task_id, "hi"], ["resume", task_id]];
  for (const args of asked) {
    const own = { HERMES_SESSION_ID: session_id };
    const { stderr } = await hermes.run(args, { env: { ...own, HERMES_TASK_ID: "t00000" } });
    assert.match(stderr, new RegExp(`Cannot find task "${task_id}"`), args[0]);
    const top = await hermes.run(args, { env: own });
    assert.doesNotMatch(top.stderr, /Cannot find task/, args[0]);
  }
});

endToEnd("a state directory of an agent's own is no way round what asks", async (hermes) => {
  const [own, target] = [`${hermes.root}/own`, `${hermes.work}/target`];
  for (const path of [own, target]) mkdirSync(path);
  writeFileSync(`${own}/config.yaml`, JSON.stringify({ approvals: { mode: "off", allow: ["rm *"] } }));
  const home = `HERMES_HOME=${own}`;
  for (const before of [home, `${UNMARKED} ${home}`]) {
    const said = await called(hermes, `delegate --offline -Q 'run: rm -r ${target}'`, before);
    assert.match(said, /deletes directories with all they hold, and nobody here can allow it/);
  }
  const said = await called(hermes, `delegate --async --offline -Q 'run: rm -r ${target}'`, home);
  await using _ = { [Symbol.asyncDispose]: () => endDetachedHosts(own) };
  const id = /^t[0-9a-z]{5}$/m.exec(said)?.[0] ?? "";
  const { code, stdout } = await hermes.run(["collect", "--json", id], { env: { HERMES_HOME: own } });
  assert.deepEqual([code, JSON.parse(stdout).waiting_for], [4, "approval"], said);
  assert.equal(existsSync(target), true);
});
