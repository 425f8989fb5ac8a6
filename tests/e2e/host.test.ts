import assert from "node:assert/strict";
import { existsSync, readdirSync, statSync } from "node:fs";
import { finish } from "../support/delegation_script.ts";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { detachedHosts, untilDead } from "../support/host_end.ts";
import { assertOneMessage } from "../support/one_message.ts";
import { useServer } from "../support/scripted_home.ts";
import {
  callTools,
  hold,
  say,
  type ScriptedServer,
  silence,
  startScriptedServer,
} from "../support/scripted_server.ts";
import type { Reading } from "../support/wire_reading.ts";

/** A slow machine may take long to start a host and a child. */
const PATIENCE = { timeoutMs: 60_000 };

async function delegated(hermes: EndToEnd, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await hermes.run(["delegate", "--async", "-Q", ...args]);
  assert.deepEqual([code, stderr], [0, ""]);
  return stdout.trimEnd();
}

async function json(hermes: EndToEnd, ...args: readonly string[]): Promise<Reading> {
  const { stdout } = await hermes.run([...args, "--json"]);
  return JSON.parse(stdout);
}

function filesOfHosts(hermes: EndToEnd): readonly string[] {
  return readdirSync(`${hermes.hermesHome}/run`).filter((name) => /token|sock/.test(name));
}

function onlyHost(hermes: EndToEnd) {
  const hosts = detachedHosts(hermes.hermesHome);
  assert.equal(hosts.length, 1);
  return hosts[0]!;
}

endToEnd("a task survives the SIGKILL of its host, and resume goes on with it, once", async (hermes) => {
  await using server: ScriptedServer = await startScriptedServer(({ index }) => {
    if (index === 0) return callTools([{ name: "terminal", args: { command: "echo first-step" } }]);
    return index === 1 ? silence() : finish("went on");
  });
  useServer(hermes, server.baseUrl);
  const id = await delegated(hermes, "something long");
  await server.waitForRequest(({ index }) => index === 1, PATIENCE);
  const host = onlyHost(hermes);
  const waiting = hermes.start(["collect", id]);
  const followed = hermes.start(["check", id, "--follow"]);
  await followed.stdout.waitFor(/terminal/);
  Deno.kill(host.pid, "SIGKILL");
  await untilDead(host);

  const lost = await waiting.finished;
  assert.deepEqual([lost.code, lost.stdout], [1, ""]);
  assert.match(
    lost.stderr,
    new RegExp(`interrupted after .*\n(.*\n)*hermes resume ${id} goes on from its last turn\n$`),
  );
  assert.equal((await followed.finished).code, 1);
  const listed = await json(hermes, "list", "--status", "interrupted");
  assert.deepEqual(listed.tasks.map(({ task_id }: Reading) => task_id), [id]);
  assert.deepEqual(listed.hosts, []);
  assert.deepEqual(filesOfHosts(hermes), [], "a command that finds a dead host tidies up after it");

  const tries = await Promise.all([hermes.run(["resume", id]), hermes.run(["resume", id])]);
  assert.deepEqual(tries.map(({ code }) => code).toSorted(), [0, 1]);
  assert.match(
    tries.find(({ code }) => code === 1)!.stderr,
    new RegExp(`^hermes: Cannot resume task ${id}: it is `),
  );
  const { code, stdout } = await hermes.run(["collect", id]);
  assert.deepEqual([code, stdout], [0, "went on\n"]);
  assert.match(server.requests.at(-1)!.raw, /first-step/);
});

endToEnd("SIGTERM brings the host's tasks to a halt that they can be resumed from", async (hermes) => {
  await using server: ScriptedServer = await startScriptedServer(({ index }) =>
    index === 0 ? callTools([{ name: "terminal", args: { command: "sleep 600" } }]) : finish("after the halt")
  );
  useServer(hermes, server.baseUrl);
  const id = await delegated(hermes, "something");
  const followed = hermes.start(["check", id, "--follow"]);
  await followed.stdout.waitFor(/terminal/);
  const host = onlyHost(hermes);
  Deno.kill(host.pid, "SIGTERM");
  assert.equal((await followed.finished).code, 1);
  await untilDead(host);
  assert.deepEqual(filesOfHosts(hermes), []);
  const task = await json(hermes, "check", id);
  assert.deepEqual([task.status, task.reason], ["interrupted", "host_died"]);
  const { code, stdout } = await hermes.run(["resume", id, "--wait"]);
  assert.deepEqual([code, stdout], [0, "after the halt\n"]);
  assert.equal(server.requests.length, 2);
});

endToEnd("an interrupted task can be cancelled where no host is", async (hermes) => {
  await using server: ScriptedServer = await startScriptedServer(() => silence());
  useServer(hermes, server.baseUrl);
  const id = await delegated(hermes, "something");
  await server.waitForRequest(() => true, PATIENCE);
  const host = onlyHost(hermes);
  Deno.kill(host.pid, "SIGKILL");
  await untilDead(host);
  const cancelled = await json(hermes, "cancel", id);
  assert.deepEqual([cancelled.status, cancelled.reason], ["cancelled", "cancelled_by_user"]);
  assert.equal((await hermes.run(["resume", id])).code, 1);
});

endToEnd("the host leaves when nobody needs it, and nothing of it stays behind", async (hermes) => {
  const answer = Promise.withResolvers<void>();
  await using server: ScriptedServer = await startScriptedServer(() => hold(answer.promise, say("done")));
  useServer(hermes, server.baseUrl);
  const id = await delegated(hermes, "something");
  const host = onlyHost(hermes);
  assert.equal(statSync(`${hermes.hermesHome}/run`).mode & 0o777, 0o700);
  assert.equal(statSync(`${hermes.hermesHome}/run/${host.hostId}.token`).mode & 0o777, 0o600);
  assert.equal(statSync(`${hermes.hermesHome}/logs/host.log`).mode & 0o777, 0o600);
  answer.resolve();
  assert.equal((await hermes.run(["collect", id])).stdout, "done\n");
  await untilDead(host);
  assert.equal(existsSync(`${hermes.hermesHome}/run/${host.hostId}.token`), false);
  assert.equal(existsSync(host.socket!), false);
  assert.equal(Deno.readTextFileSync(`${hermes.hermesHome}/logs/host.log`), "");
  const again = await hermes.run(["collect", id, "--json"]);
  assert.deepEqual([JSON.parse(again.stdout).summary, again.code], ["done", 0]);
  const next = await delegated(hermes, "something else");
  assert.equal((await hermes.run(["collect", next])).stdout, "done\n");
});

endToEnd("a host whose token is not known is nobody's: commands say so and end", async (hermes) => {
  await using server: ScriptedServer = await startScriptedServer(() => silence());
  useServer(hermes, server.baseUrl);
  const id = await delegated(hermes, "something");
  const host = onlyHost(hermes);
  Deno.writeTextFileSync(`${hermes.hermesHome}/run/${host.hostId}.token`, "wrong");
  const { code, stderr } = await hermes.run(["check", id]);
  assert.equal(code, 1);
  assert.match(stderr, /^hermes: Cannot talk to this host: the token is wrong\n/);
});

endToEnd("a run/ that cannot be used is told with its name and the way out", async (hermes) => {
  const run = `${hermes.hermesHome}/run`;
  Deno.writeTextFileSync(run, "a file in its place");
  const finished = await hermes.run(["delegate", "--async", "--offline", "-Q", "say: hello"]);
  assertOneMessage(finished, {
    code: 78,
    says: [`Cannot write to "${run}": a file is in the way\n`, "HERMES_HOME"],
  });
  Deno.removeSync(run);
  const logs = `${hermes.hermesHome}/logs`;
  Deno.removeSync(logs, { recursive: true });
  Deno.writeTextFileSync(logs, "another");
  const again = await hermes.run(["delegate", "--async", "--offline", "-Q", "say: hello"]);
  assertOneMessage(again, { code: 78, says: [`Cannot write to "${logs}": a file is in the way\n`] });
});

endToEnd("a run/ without write permission is told so", async (hermes) => {
  const run = `${hermes.hermesHome}/run`;
  Deno.mkdirSync(run, { mode: 0o500 });
  const finished = await hermes.run(["delegate", "--async", "--offline", "-Q", "say: hello"]);
  Deno.chmodSync(run, 0o700);
  assertOneMessage(finished, {
    code: 78,
    says: [`Cannot write to "${run}": permission denied\n`, "HERMES_HOME"],
  });
}, { isBoundByModes: true });
