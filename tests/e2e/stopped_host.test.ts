import assert from "node:assert/strict";
import { finish } from "../support/delegation_script.ts";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { detachedHosts, untilStopped } from "../support/host_end.ts";
import { useServer } from "../support/scripted_home.ts";
import { hold, type ScriptedServer, startScriptedServer } from "../support/scripted_server.ts";

/** A slow machine may take long to start a host and a child. */
const PATIENCE = { timeoutMs: 60_000 };
/** What each command must be over in: it was a minute, or no limit at all. */
const SOON = { deadlineMs: 40_000 };

/** A task whose model answers when it is let, and the process of its host. */
async function taskUnderWay(hermes: EndToEnd, server: ScriptedServer) {
  useServer(hermes, server.baseUrl);
  const { stdout } = await hermes.run(["delegate", "--async", "-Q", "something long"]);
  await server.waitForRequest(() => true, PATIENCE);
  const [host] = detachedHosts(hermes.hermesHome);
  assert.ok(host);
  return { id: stdout.trimEnd(), host };
}

endToEnd("commands do not hang on a host that was stopped, and say how to mend it", async (hermes) => {
  const answer = Promise.withResolvers<void>();
  await using server: ScriptedServer = await startScriptedServer(() =>
    hold(answer.promise, finish("went on"))
  );
  const { id, host } = await taskUnderWay(hermes, server);
  const waiting = hermes.start(["collect", id]);
  const interrupted = hermes.start(["collect", id]);
  const notWaiting = hermes.start(["collect", id, "--timeout", "3"]);
  Deno.kill(host.pid, "SIGSTOP");
  await untilStopped(host);
  await waiting.stderr.waitFor(/is stopped and does not answer\nIt is waited for\. kill -CONT \d+ /);
  interrupted.kill("SIGINT");
  assert.equal((await interrupted.finished).code, 130);
  assert.equal((await notWaiting.finished).code, 124);

  const silent = new RegExp(`^hermes: Cannot reach the detached host \\(pid ${host.pid}\\): it is stopped`);
  const stored = /\nWhat was stored last is shown\. kill -CONT/;
  const [check, list, again] = await Promise.all([
    hermes.run(["check", id, "--json"], SOON),
    hermes.run(["list", "--json"], SOON),
    hermes.run(["collect", id, "--timeout", "0", "--json"], SOON),
  ]);
  assert.equal(check.code, 0);
  assert.deepEqual([JSON.parse(check.stdout).status, JSON.parse(list.stdout).tasks.length], ["running", 1]);
  for (const { stderr } of [check, list, again]) {
    assert.match(stderr, silent);
    assert.match(stderr, stored);
  }
  assert.deepEqual([again.code, JSON.parse(again.stdout).timed_out], [124, true]);

  const refused = await Promise.all([
    hermes.run(["steer", id, "hurry"], SOON),
    hermes.run(["cancel", id], SOON),
    hermes.run(["delegate", "--async", "-Q", "more"], SOON),
  ]);
  for (const { code, stdout, stderr } of refused) {
    assert.deepEqual([code, stdout], [75, ""]);
    assert.match(stderr, silent);
    assert.match(stderr, new RegExp(`kill -CONT ${host.pid} lets it go on; kill -KILL ${host.pid} ends it`));
  }
  const doctor = await hermes.run(["doctor"], SOON);
  assert.match(doctor.stdout, /^problem +hosts .*is stopped and does not answer\n +kill -CONT \d+ /m);

  Deno.kill(host.pid, "SIGCONT");
  answer.resolve();
  const { code, stdout, stderr } = await waiting.finished;
  assert.deepEqual([code, stdout], [0, "went on\n"]);
  assert.match(stderr, /the detached host \(pid \d+\) answers again\n$/);
}, { isPosix: true });

endToEnd(
  "a stopped host can be killed as its message says, and its task goes on elsewhere",
  async (hermes) => {
    await using server: ScriptedServer = await startScriptedServer(({ index }) =>
      index === 0 ? hold(Promise.withResolvers<void>().promise, finish("never")) : finish("elsewhere")
    );
    const { id, host } = await taskUnderWay(hermes, server);
    Deno.kill(host.pid, "SIGSTOP");
    await untilStopped(host);
    const waiting = hermes.start(["collect", id]);
    await waiting.stderr.waitFor(/It is waited for/);
    Deno.kill(host.pid, "SIGKILL");
    assert.equal((await waiting.finished).code, 1);
    const { code, stdout } = await hermes.run(["resume", id, "--wait"]);
    assert.deepEqual([code, stdout], [0, "elsewhere\n"]);
  },
  { isPosix: true },
);
