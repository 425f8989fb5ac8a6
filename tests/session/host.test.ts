import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { loadConfig } from "../../lib/config/load.ts";
import type { TaskPlace } from "../../lib/session/control/methods.ts";
import { runHost } from "../../lib/session/host.ts";
import { HostFinder } from "../../lib/session/host_finder.ts";
import { openStore } from "../../lib/store/open_store.ts";
import type { HostRow } from "../../lib/store/store.ts";
import { systemClock } from "../../lib/support/clock.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { TempDir } from "../support/temp_dir.ts";

const WORKER_URL = new URL("../../lib/delegation/child_main.ts", import.meta.url);
const OFFLINE = { provider: "offline", model: "offline", reasoningEffort: null };
/** Longer than a host waits for somebody who needs it. */
const LONG_MS = 60_000;

/** A state directory in which this process runs the detached host, in a time that stands still. */
class HostStage implements AsyncDisposable {
  readonly dir = new TempDir();
  readonly clock = new FakeClock();
  readonly stop = new AbortController();
  readonly store = openStore(this.dir.path, { clock: systemClock });
  readonly finder = new HostFinder({
    home: this.dir.path,
    store: this.store,
    clock: systemClock,
    signal: this.stop.signal,
  });
  readonly #hosts: Promise<void>[] = [];

  /** Resolves when it answers; `ended` when it has left. */
  async start(): Promise<{ readonly ended: Promise<void> }> {
    const ready = Promise.withResolvers<void>();
    const ended = runHost({
      loaded: loadConfig(this.dir.path, {}),
      env: { PATH: Deno.env.get("PATH") },
      workerUrl: WORKER_URL,
      clock: this.clock,
      onReady: ready.resolve,
      signal: this.stop.signal,
    });
    this.#hosts.push(ended.catch(() => {}));
    await Promise.race([ready.promise, ended]);
    return { ended };
  }

  get host(): HostRow | undefined {
    return this.store.hosts.live().find(({ kind }) => kind === "detached");
  }

  place(env: Readonly<Record<string, string>> = {}): TaskPlace {
    const path = { PATH: Deno.env.get("PATH") ?? "" };
    const command = { id: crypto.randomUUID(), caps: { usd: null, tokens: null, requests: null } };
    return {
      cwd: this.dir.path,
      env: { ...path, ...env },
      secrets: {},
      model: OFFLINE,
      toolsets: ["terminal"],
      command,
      yolo: false,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.finder[Symbol.dispose]();
    this.stop.abort(new DOMException("The test is over", "AbortError"));
    for (const host of this.#hosts) await host;
    this.store[Symbol.dispose]();
    this.dir[Symbol.dispose]();
  }
}

Deno.test("runHost() leaves when nobody needs it, and stays as long as a client is there", async () => {
  await using stage = new HostStage();
  const { ended } = await stage.start();
  const host = stage.host!;
  const client = await stage.finder.connect(host);
  await client.request("ping", {}, { signal: stage.stop.signal });
  await stage.clock.advance(LONG_MS);
  await client.request("ping", {}, { signal: stage.stop.signal });
  client[Symbol.dispose]();
  while (stage.host !== undefined) { // the host hears a moment later that its client has gone
    await new Promise((resolve) => setTimeout(resolve));
    await stage.clock.advance(LONG_MS);
  }
  await ended;
  assert.equal(existsSync(host.socket ?? ""), false);
});

Deno.test("runHost() is refused while another detached host lives, and takes its place after it", async () => {
  await using stage = new HostStage();
  const { ended } = await stage.start();
  await assert.rejects(stage.start(), { name: "UserError" });
  assert.equal(stage.store.hosts.live().length, 1);
  await stage.clock.advance(LONG_MS);
  await ended;
  await stage.start();
  assert.notEqual(stage.host, undefined);
});

Deno.test("a task of the detached host works where and with the environment of its command", async () => {
  await using stage = new HostStage();
  await stage.start();
  const client = await stage.finder.connect(stage.host!);
  const options = { signal: stage.stop.signal };
  const goal = "run: pwd; echo $COLOUR";
  const tasks = await Promise.all(
    ["red", "blue"].map((COLOUR) =>
      client.request("delegate", { request: { goal }, place: stage.place({ COLOUR }) }, options)
    ),
  );
  const summaries = await Promise.all(tasks.map(async ({ task_id }) => {
    const task = await client.request(
      "collect",
      { task_id, timeout_s: null, ends_at_question: true },
      options,
    );
    return task.summary;
  }));
  assert.match(summaries[0] ?? "", new RegExp(`${stage.dir.path}\nred`));
  assert.match(summaries[1] ?? "", new RegExp(`${stage.dir.path}\nblue`));
});

Deno.test("a task is on disk when its id is told", async () => {
  await using stage = new HostStage();
  await stage.start();
  const client = await stage.finder.connect(stage.host!);
  const options = { signal: stage.stop.signal };
  const params = { request: { goal: "wait: 60" }, place: stage.place() };
  const { task_id } = await client.request("delegate", params, options);
  assert.equal(stage.store.tasks.get(task_id)?.hostId, stage.host?.hostId);
  const cancel = { tool: "cancel_task" as const, args: { task_id } };
  await client.request("call", cancel, options);
});

Deno.test("a toolset that there is not is refused", async () => {
  await using stage = new HostStage();
  await stage.start();
  const client = await stage.finder.connect(stage.host!);
  const params = { request: { goal: "say: a" }, place: { ...stage.place(), toolsets: ["nonsense"] } };
  await assert.rejects(client.request("delegate", params, { signal: stage.stop.signal }), {
    code: "unknown_toolset",
  });
});
