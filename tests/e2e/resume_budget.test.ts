import assert from "node:assert/strict";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { detachedHosts, untilDead } from "../support/host_end.ts";
import { useServer } from "../support/scripted_home.ts";
import {
  callTools,
  say,
  type ScriptedServer,
  silence,
  startScriptedServer,
} from "../support/scripted_server.ts";
import { mayCall, type Reading } from "../support/wire_reading.ts";

/** A slow machine may take long to start a host and a child. */
const PATIENCE = { timeoutMs: 60_000 };
const PRICE = { input: 10, output: 100 };
/** The request during which the process is killed, or before whose answer it is asked to leave. */
const LAST = 5;

/** A server that bills a token for four bytes and that falls silent once; the bill has what it was sent then. */
async function dearServer(): Promise<ScriptedServer & { readonly billedUsd: () => number }> {
  let output = 0;
  const server = await startScriptedServer((request) => {
    if (request.index === LAST) return silence();
    output += 20;
    const usage = { prompt_tokens: Math.ceil(request.raw.length / 4), completion_tokens: 20 };
    if (!mayCall(request.body)) return say("handed over", { usage });
    return callTools([{ name: "terminal", args: { command: `echo ${request.index}` } }], { usage });
  });
  const input = () => server.requests.reduce((sum, { raw }) => sum + Math.ceil(raw.length / 4), 0);
  return Object.assign(server, { billedUsd: () => (input() * PRICE.input + output * PRICE.output) / 1e6 });
}

async function interrupted(hermes: EndToEnd): Promise<string> {
  const { tasks } = JSON.parse((await hermes.run(["list", "--json"])).stdout);
  assert.deepEqual(tasks.map(({ status }: Reading) => status), ["interrupted"]);
  return tasks[0].task_id;
}

/** Starts `delegate` and ends the process that runs its task in the middle of a request. */
const ENDS = {
  "a delegate that is killed": async (hermes: EndToEnd, server: ScriptedServer, args: readonly string[]) => {
    const running = hermes.start(["delegate", ...args]);
    await server.waitForRequest(({ index }) => index === LAST, PATIENCE);
    running.kill("SIGKILL");
    await running.finished;
  },
  "a delegate that is terminated": async (
    hermes: EndToEnd,
    server: ScriptedServer,
    args: readonly string[],
  ) => {
    const running = hermes.start(["delegate", ...args]);
    await server.waitForRequest(({ index }) => index === LAST, PATIENCE);
    running.kill("SIGTERM");
    assert.equal((await running.finished).code, 143);
  },
  "a detached host that is killed": async (
    hermes: EndToEnd,
    server: ScriptedServer,
    args: readonly string[],
  ) => {
    await hermes.run(["delegate", "--async", ...args]);
    await server.waitForRequest(({ index }) => index === LAST, PATIENCE);
    const [host] = detachedHosts(hermes.hermesHome);
    Deno.kill(host!.pid, "SIGKILL");
    await untilDead(host!);
  },
};

for (const [what, end] of Object.entries(ENDS)) {
  endToEnd(`resume after ${what} goes on with what --budget-usd has left`, async (hermes) => {
    await using server = await dearServer();
    useServer(hermes, server.baseUrl, {
      models: { "scripted-model": { max_output_tokens: 100, price: PRICE } },
    });
    await end(hermes, server, ["-Q", "--budget-usd", "0.4", "THE-GOAL"]);
    const before = server.billedUsd();
    const id = await interrupted(hermes);
    const { code, stdout } = await hermes.run(["resume", "--wait", "--json", id]);
    const task = JSON.parse(stdout);
    assert.deepEqual([code, task.status, task.reason, task.summary], [3, "failed", "budget", "handed over"]);
    assert.match(
      task.error.message,
      /the budget of the session leaves no room for it \(\$0\.\d\d of \$0\.4,/,
    );
    const billed = server.billedUsd();
    assert.ok(billed <= 0.4 && billed > before, `$${before}, then $${billed}`);
    assert.ok(task.cost_usd >= billed - 1e-9 && task.cost_usd <= 0.4, `$${task.cost_usd} for $${billed}`);
    const usage = JSON.parse((await hermes.run(["usage", "--json", "--all"])).stdout);
    assert.ok(Math.abs(usage.total.cost_usd - task.cost_usd) < 1e-9, "what is stored is what the task says");
    assert.equal(usage.total.requests, server.requests.length);
  });
}

endToEnd(
  "processes that die in the middle of a request again and again use no more than the budget",
  async (hermes) => {
    await using server = await startScriptedServer(() => silence());
    useServer(hermes, server.baseUrl, { budget: { task: { requests: 4 } } });
    const running = hermes.start(["delegate", "-Q", "THE-GOAL"]);
    await server.waitForRequest(({ index }) => index === 0, PATIENCE);
    await hermes.until(["sessions", "list", "--json"], /"live":1/);
    running.kill("SIGKILL");
    await running.finished;
    const id = await interrupted(hermes);
    for (let count = 1; count < 4; count++) {
      assert.equal((await hermes.run(["resume", id])).code, 0);
      await server.waitForRequest(({ index }) => index === count, PATIENCE);
      const [host] = detachedHosts(hermes.hermesHome);
      Deno.kill(host!.pid, "SIGKILL");
      await untilDead(host!);
    }
    const { code, stdout } = await hermes.run(["resume", "--wait", "--json", id]);
    const { reason, evidence } = JSON.parse(stdout);
    assert.deepEqual([code, reason, evidence.requests, server.requests.length], [3, "budget", 4, 4]);
  },
);
