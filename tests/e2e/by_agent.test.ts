import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
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
