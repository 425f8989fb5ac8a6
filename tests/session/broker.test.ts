import assert from "node:assert/strict";
import { loadConfig } from "../../lib/config/load.ts";
import { resolveModel } from "../../lib/config/models.ts";
import { openSession } from "../../lib/session/open_session.ts";
import { callTools, type Handler, say, startScriptedServer, status } from "../support/scripted_server.ts";
import { TempDir } from "../support/temp_dir.ts";
import type { Reading } from "../support/wire_reading.ts";

const WORKER_URL = new URL("../../lib/delegation/child_main.ts", import.meta.url);
const KEYS = { KEY_A: "sk-planted-aaaaaaaa", KEY_B: "sk-planted-bbbbbbbb", KEY_C: "sk-planted-cccccccc" };

/** A session with three keys on a server that answers so, its home, and the events it emitted. */
async function keyed(handler: Handler) {
  const stack = new AsyncDisposableStack();
  const dir = stack.use(new TempDir());
  const server = stack.use(await startScriptedServer(handler));
  const settings = {
    model: { provider: "scripted", default: "m1" },
    providers: { scripted: { base_url: server.baseUrl, key_env: Object.keys(KEYS) } },
    credential_pool_strategies: { scripted: "round_robin" },
  };
  Deno.writeTextFileSync(dir.at("config.yaml"), JSON.stringify(settings));
  const loaded = loadConfig(dir.path, KEYS);
  const session = stack.use(
    await openSession({
      loaded,
      model: resolveModel(loaded, {}),
      cwd: dir.path,
      env: { PATH: Deno.env.get("PATH"), ...KEYS },
      workerUrl: WORKER_URL,
      toolsets: ["terminal"],
      kind: "chat",
      isYolo: true, // what is looked for here is found though everything is allowed
    }),
  );
  const events: unknown[] = [];
  session.events.subscribe((event) => events.push(event));
  const call = async (name: string, args: unknown): Promise<Reading> =>
    JSON.parse((await session.call(name, args, new AbortController().signal)).content);
  return { stack, server, dir, events, call };
}

function finish(summary: string) {
  return callTools([{ name: "finish", args: { summary } }]);
}

function keyOf(request: { readonly headers: { readonly authorization?: string | undefined } }): string {
  return request.headers.authorization?.replace("Bearer ", "") ?? "";
}

async function delegate(call: (name: string, args: unknown) => Promise<Reading>, count: number) {
  const tasks = Array.from({ length: count }, (_, index) => ({ goal: `goal ${index}` }));
  const { results } = await call("delegate_task", { tasks });
  return results as Reading[];
}

Deno.test("of three keys one is used up: nothing fails, and it is asked once", async () => {
  const { stack, server, call, events } = await keyed((request) =>
    keyOf(request) === KEYS.KEY_B ? status(429, "", { "retry-after": "60" }) : finish("done")
  );
  await using _ = stack;
  for (let round = 0; round < 4; round++) {
    const results = await delegate(call, 2);
    assert.deepEqual(results.map(({ status }) => status), ["completed", "completed"]);
  }
  assert.equal(server.requests.filter((request) => keyOf(request) === KEYS.KEY_B).length, 1);
  assert.equal(server.requests.length, 9);
  const told = JSON.stringify(events);
  assert.match(told, /"credential.rotated","provider":"scripted","why":"KEY_B: over its rate limit"/);
});

Deno.test("tasks wait for a reset that is near and end as rate_limited when all are far", async () => {
  let asked = 0;
  const near = await keyed(() =>
    ++asked <= 3 ? status(429, "", { "retry-after-ms": "300" }) : finish("done")
  );
  {
    await using _ = near.stack;
    const [task] = await delegate(near.call, 1);
    assert.equal(task?.status, "completed");
    assert.match(JSON.stringify(near.events), /"rate.limited"/);
  }
  const far = await keyed(() => status(429, "", { "retry-after": "3600" }));
  await using _ = far.stack;
  const [task] = await delegate(far.call, 1);
  assert.deepEqual([task?.status, task?.reason], ["failed", "rate_limited"]);
  assert.equal(far.server.requests.length, 3, "one lap around the keys");
});

for (
  const [why, used] of Object.entries({
    "over its limit for an hour": status(429, "", { "retry-after": "3600" }),
    "without money": status(402, ""),
    "refused": status(401, ""),
  })
) {
  Deno.test(`a request whose last key is ${why} waits for those that have room again soon`, async () => {
    const refused = new Set<string>();
    const { stack, call } = await keyed((request) => {
      const key = keyOf(request);
      if (key === KEYS.KEY_C) return used;
      if (refused.has(key)) return finish("done");
      refused.add(key);
      return status(429, "", { "retry-after-ms": "300" });
    });
    await using _ = stack;
    const [task] = await delegate(call, 1);
    assert.deepEqual([task?.status, task?.error], ["completed", undefined]);
  });
}

Deno.test("a key stays where it belongs: in no event, result, file or command", async () => {
  const { stack, server, call, events, dir } = await keyed((request) => {
    if (keyOf(request) === KEYS.KEY_A) return status(401, `{"error": {"message": "bad key ${KEYS.KEY_A}"}}`);
    return request.body.messages.some(({ role }) => role === "tool")
      ? finish(request.body.messages.at(-1)?.content ?? "")
      : callTools([{ name: "terminal", args: { command: "env; cat run/credential_state.json" } }]);
  });
  await using _ = stack;
  const results = await delegate(call, 2);
  assert.deepEqual(results.map(({ status }) => status), ["completed", "completed"]);
  assert.match(results[0]?.summary ?? "", /refused \(401\)/);
  const seen = JSON.stringify([results, events, server.requests.map(({ raw }) => raw)]) +
    Deno.readTextFileSync(dir.at("run/credential_state.json"));
  for (const key of Object.values(KEYS)) assert.ok(!seen.includes(key), key);
  assert.equal((Deno.statSync(dir.at("run/credential_state.json")).mode ?? 0) & 0o777, 0o600);
});

Deno.test("a redirect carries no key to another origin", async () => {
  await using other = await startScriptedServer(() => say("caught"));
  const { stack, call } = await keyed(() =>
    status(307, "", { location: `${other.baseUrl}/chat/completions` })
  );
  await using _ = stack;
  const [task] = await delegate(call, 1);
  assert.deepEqual([task?.status, task?.reason], ["failed", "provider_error"]);
  assert.equal(other.requests.length, 0);
});
