import assert from "node:assert/strict";
import { finish } from "../support/delegation_script.ts";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { detachedHosts } from "../support/host_end.ts";
import { callTools, hold, type RecordedRequest, startScriptedServer } from "../support/scripted_server.ts";
import { lastResults } from "../support/wire_reading.ts";

const FIRST_KEY = "sk-first-11aa22bb33";
const LATER_KEY = "sk-later-44cc55dd66";

/** A host that runs a task of a command that knows nothing of providers. */
async function hostStarted(hermes: EndToEnd): Promise<void> {
  const { code } = await hermes.run(["delegate", "--async", "--offline", "-Q", "wait: 600"]);
  assert.equal(code, 0);
}

function configureLate(hermes: EndToEnd, baseUrl: string, more: Record<string, unknown> = {}): void {
  hermes.configure({
    model: { provider: "late", default: "late-model" },
    providers: { late: { base_url: baseUrl, key_env: "LATE_KEY" } },
    ...more,
  });
}

async function delegated(hermes: EndToEnd, key: string, goal: string): Promise<string> {
  const args = ["delegate", "--async", "-Q", "-t", "terminal", goal];
  const { code, stdout, stderr } = await hermes.run(args, { env: { LATE_KEY: key } });
  assert.deepEqual([code, stderr], [0, ""]);
  return stdout.trimEnd();
}

function keyOf({ headers }: RecordedRequest): string {
  return String(headers.authorization).replace("Bearer ", "");
}

/** All that lies below a directory, in one text. */
function textBelow(path: string): string {
  return [...Deno.readDirSync(path)].map(({ name, isDirectory, isFile }) => {
    const below = `${path}/${name}`;
    if (isDirectory) return textBelow(below);
    return isFile ? new TextDecoder("latin1").decode(Deno.readFileSync(below)) : "";
  }).join("\n");
}

endToEnd("a later command's key is what its tasks use, and is kept out of what they say", async (hermes) => {
  const isLaterOver = Promise.withResolvers<void>();
  await using server = await startScriptedServer((request) => {
    const { index } = request;
    if (lastResults(request).length > 0) return finish("done");
    const command = `echo the key is ${keyOf(request)}`;
    const call = callTools([{ name: "terminal", args: { command } }]);
    return index === 0 ? hold(isLaterOver.promise, call) : call;
  });
  await hostStarted(hermes);
  configureLate(hermes, server.baseUrl);
  const first = await delegated(hermes, FIRST_KEY, "the first");
  await server.waitForRequest(() => true, { timeoutMs: 60_000 });
  const later = await delegated(hermes, LATER_KEY, "the later");
  assert.equal((await hermes.run(["collect", later])).stdout, "done\n");
  isLaterOver.resolve();
  assert.equal((await hermes.run(["collect", first])).stdout, "done\n");
  assert.equal(detachedHosts(hermes.hermesHome).length, 1);
  const of = (goal: string) => server.requests.filter(({ raw }) => raw.includes(`\\n${goal}\\n</goal>`));
  assert.deepEqual(of("the first").map(keyOf), [FIRST_KEY, FIRST_KEY]);
  assert.deepEqual(of("the later").map(keyOf), [LATER_KEY, LATER_KEY]);
  for (const goal of ["the first", "the later"]) {
    assert.match(JSON.stringify(lastResults(of(goal)[1]!)), /the key is \[redacted: LATE_KEY\]/);
  }
  const kept = textBelow(hermes.hermesHome);
  assert.ok(!kept.includes(FIRST_KEY) && !kept.includes(LATER_KEY), "a key is on disk");
});

endToEnd("a config.yaml that changed holds for the tasks of the next command", async (hermes) => {
  await using server = await startScriptedServer(() => finish("done"));
  await hostStarted(hermes);
  const tiers = { quick: { model: "quick-model" } };
  configureLate(hermes, server.baseUrl, { delegation: { tiers, default_tier: "quick", max_iterations: 7 } });
  const id = await delegated(hermes, FIRST_KEY, "anything");
  const { stdout } = await hermes.run(["collect", "--json", id]);
  const task = JSON.parse(stdout);
  assert.deepEqual([task.status, task.model, task.tier, task.max_turns], [
    "completed",
    "quick-model",
    "quick",
    7,
  ]);
  configureLate(hermes, server.baseUrl, {
    models: { "late-model": { price: { input: 1, output: 1 } } },
    budget: { day: { usd: 0.000001 } },
  });
  const poor = await delegated(hermes, FIRST_KEY, "anything else");
  assert.equal(
    (await hermes.run(["collect", poor])).code,
    3,
    "the day's budget is what config.yaml says now",
  );
});

endToEnd("resume brings its own environment, too", async (hermes) => {
  const asked = Promise.withResolvers<void>();
  await using server = await startScriptedServer(({ index }) =>
    index === 0 ? hold(asked.promise, finish("never")) : finish("done")
  );
  configureLate(hermes, server.baseUrl);
  const id = await delegated(hermes, FIRST_KEY, "anything");
  await server.waitForRequest(() => true, { timeoutMs: 60_000 });
  Deno.kill(detachedHosts(hermes.hermesHome)[0]!.pid, "SIGKILL");
  assert.equal((await hermes.run(["collect", id])).code, 1);
  await hostStarted(hermes);
  const { code, stdout } = await hermes.run(["resume", id, "--wait"], { env: { LATE_KEY: LATER_KEY } });
  assert.deepEqual([code, stdout, keyOf(server.requests[1]!)], [0, "done\n", LATER_KEY]);
  asked.resolve();
});
