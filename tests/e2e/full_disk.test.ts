import assert from "node:assert/strict";
import { finish } from "../support/delegation_script.ts";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { endDetachedHosts } from "../support/host_end.ts";
import { assertOneMessage } from "../support/one_message.ts";
import { useServer } from "../support/scripted_home.ts";
import {
  callTools,
  hold,
  type Reply,
  say,
  type ScriptedServer,
  startScriptedServer,
} from "../support/scripted_server.ts";
import { SmallDisk } from "../support/small_disk.ts";

/** A slow machine may take long to start a child. */
const PATIENCE = { timeoutMs: 60_000 };

endToEnd("a task waits for room on a full disk and then goes on, its budget counted", async (hermes) => {
  using disk = new SmallDisk(hermes.hermesHome, 2048);
  const isFull = Promise.withResolvers<void>();
  const call = callTools([{ name: "terminal", args: { command: "echo a step" } }]);
  await using server: ScriptedServer = await startScriptedServer(({ index }) =>
    index === 0 ? hold(isFull.promise, call) : finish("in the end")
  );
  useServer(hermes, server.baseUrl);
  const running = hermes.start(["delegate", "--jsonl", "-t", "terminal", "something"]);
  await server.waitForRequest(() => true, PATIENCE);
  disk.fill();
  isFull.resolve();
  await running.stdout.waitFor(/the budget of the day cannot be checked/);
  assert.equal(server.requests.length, 1, "nothing is sent unaccounted");
  disk.free();
  const { code, stdout } = await running.finished;
  const ended = stdout.trimEnd().split("\n").map((line) => JSON.parse(line)).find(({ type }) =>
    type === "task.ended"
  );
  assert.deepEqual([code, ended.task.status, server.requests.length], [0, "completed", 2]);
}, { smallDisk: true });

endToEnd("a full disk is told as full by whatever needs the store", async (hermes) => {
  using disk = new SmallDisk(hermes.hermesHome, 1024);
  await hermes.run(["delegate", "--offline", "-Q", "say: hello"]);
  disk.fill();
  for (const args of [["delegate", "--offline", "-Q", "say: hello"], ["list"]]) {
    assertOneMessage(await hermes.run(args), { code: 75, says: ["the disk is full\nFree some space"] });
  }
  disk.free();
  assert.equal((await hermes.run(["list"])).code, 0);
}, { smallDisk: true });

endToEnd(
  "config set and config unset say that the disk is full, or read-only, and leave the file as it was",
  async (hermes) => {
    const commands = [["config", "set", "delegation.max_queued", "7"], ["config", "unset", "budget"]];
    const text = "budget: {session: {usd: 1}}\ndelegation: {max_queued: 9}\n";
    using disk = new SmallDisk(hermes.hermesHome, 256);
    hermes.configure(text);
    disk.fill();
    for (const args of commands) {
      assertOneMessage(await hermes.run(args), {
        code: 75,
        says: ["config.yaml", "no space left", "Free some space"],
      });
    }
    disk.free();
    disk.close();
    for (const args of commands) {
      assertOneMessage(await hermes.run(args), {
        code: 78,
        says: ["config.yaml", "the file system is read-only"],
      });
    }
    assert.equal(Deno.readTextFileSync(`${hermes.hermesHome}/config.yaml`), text);
  },
  { smallDisk: true },
);

/** A disk that is full by the time the model has answered. */
async function withFullDisk(
  hermes: EndToEnd,
  reply: Reply,
  use: (disk: SmallDisk, isFull: () => Promise<void>) => Promise<void>,
): Promise<void> {
  using disk = new SmallDisk(hermes.hermesHome, 2048);
  const full = Promise.withResolvers<void>();
  await using server: ScriptedServer = await startScriptedServer(() => hold(full.promise, reply));
  useServer(hermes, server.baseUrl);
  await use(disk, async () => {
    await server.waitForRequest(() => true, PATIENCE);
    disk.fill();
    full.resolve();
  });
}

for (
  const [what, args, reply, printed] of [
    ["delegate -Q", ["delegate", "-Q", "go"], finish("hi"), /^hi\n$/],
    [
      "delegate --json",
      ["delegate", "-Q", "--json", "go"],
      finish("hi"),
      /^{"results":\[.*"summary":"hi".*}\n$/,
    ],
    ["chat -q", ["chat", "-Q", "-q", "go"], say("hi"), /^hi\n$/],
    ["chat --json", ["chat", "-Q", "--json", "-q", "go"], say("hi"), /^{"session_id":.*"text":"hi".*}\n$/],
  ] as const
) {
  endToEnd(`${what} says that its answer is not kept when the disk is full: 75, once`, async (hermes) => {
    await withFullDisk(hermes, reply, async (_disk, isFull) => {
      const running = hermes.start(args);
      await running.endInput();
      await isFull();
      const { code, stdout, stderr } = await running.finished;
      assert.equal(code, 75);
      assert.match(stdout, printed);
      assert.match(stderr, /^hermes: Cannot write to .*: the disk is full\nFree some space .*\n$/);
    });
  }, { smallDisk: true });
}

endToEnd(
  "collect tells no result that its host could not keep, and tells it once it could",
  async (hermes) => {
    await withFullDisk(hermes, finish("hi"), async (disk, isFull) => {
      const id = (await hermes.run(["delegate", "--async", "-Q", "go"])).stdout.trim();
      const collecting = hermes.start(["collect", id]);
      await isFull();
      assertOneMessage(await collecting.finished, { code: 75, says: ["the disk is full"] });
      disk.free();
      const kept = await hermes.run(["collect", id]);
      assert.deepEqual([kept.code, kept.stdout], [0, "hi\n"]);
      await endDetachedHosts(hermes.hermesHome); // before the disk goes
    });
  },
  { smallDisk: true },
);
