import assert from "node:assert/strict";
import type { SessionEvent } from "../../lib/protocol/events.ts";
import { finish } from "../support/delegation_script.ts";
import { endToEnd } from "../support/end_to_end.ts";
import { detachedHosts, untilDead } from "../support/host_end.ts";
import { useServer } from "../support/scripted_home.ts";
import { callTools, hold, silence, startScriptedServer } from "../support/scripted_server.ts";

endToEnd("check --follow of a delivered task tells its end once", async (hermes) => {
  const { stdout } = await hermes.run(["delegate", "--offline", "--json", "-Q", "say: done"]);
  const id: string = JSON.parse(stdout).results[0].task_id;
  const followed = await hermes.run(["check", "--follow", id]);
  assert.equal(followed.code, 0);
  assert.equal(followed.stdout.match(/ completed /g)?.length, 1, followed.stdout);
});

endToEnd("check refuses the options of --follow without it", async (hermes) => {
  const { stdout } = await hermes.run(["delegate", "--offline", "--json", "-Q", "say: done"]);
  const id: string = JSON.parse(stdout).results[0].task_id;
  for (const option of [["--jsonl"], ["--since", "1"]]) {
    const { code, stdout, stderr } = await hermes.run(["check", id, ...option]);
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /^hermes: Cannot use --\w+ without --follow/);
  }
});

endToEnd("check --follow of a resumed task replays what happened in all its sessions", async (hermes) => {
  const answer = Promise.withResolvers<void>();
  await using server = await startScriptedServer(({ index }) => {
    if (index === 0) return callTools([{ name: "terminal", args: { command: "echo first-step" } }]);
    if (index === 1) return silence();
    return hold(answer.promise, finish("went on"));
  });
  useServer(hermes, server.baseUrl);
  const id = (await hermes.run(["delegate", "--async", "-Q", "something long"])).stdout.trimEnd();
  await server.waitForRequest(({ index }) => index === 1, { timeoutMs: 60_000 });
  await hermes.until(["sessions", "show", id], "first-step");
  const [host] = detachedHosts(hermes.hermesHome);
  Deno.kill(host!.pid, "SIGKILL");
  await untilDead(host!);
  const before = JSON.parse((await hermes.run(["check", id, "--json"])).stdout);
  assert.equal(before.status, "interrupted");
  await hermes.run(["resume", id]);
  await server.waitForRequest(({ index }) => index === 2, { timeoutMs: 60_000 });
  const live = hermes.start(["check", id, "--follow", "--jsonl"]);
  await live.stdout.waitFor(/"task.started".*\n[^]*"task.started".*\n/);
  const running = JSON.parse((await hermes.run(["check", id, "--json"])).stdout);
  assert.ok(running.elapsed_s > before.elapsed_s, "it counts from its start");
  answer.resolve();
  const looks = [await live.finished, await hermes.run(["check", id, "--follow", "--jsonl"])];
  for (const { code, stdout } of looks) {
    const events: SessionEvent[] = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    const kept = events.filter((event) => "seq" in event);
    const lives = ["task.queued", "task.started", "tool.started", "task.ended"];
    assert.equal(code, 0);
    assert.deepEqual(kept.map(({ type }) => type).filter((type) => lives.includes(type)), [
      "task.queued",
      "task.started",
      "tool.started",
      "task.queued",
      "task.started",
      "task.ended",
    ]);
    assert.equal(new Set(kept.map(({ session_id }) => session_id)).size, 2);
    assert.equal(
      new Set(kept.map((event) => `${event.session_id} ${"seq" in event && event.seq}`)).size,
      kept.length,
    );
  }
});

/** A task of two turns: it says something, runs a command, says something more and ends. */
async function talkative(letGo: Promise<void>) {
  return await startScriptedServer(({ index }) => {
    if (index === 0) {
      return callTools([{ name: "terminal", args: { command: "echo out-1; echo out-2; exit 3" } }], {
        text: "I look first",
      });
    }
    return hold(letGo, finish("the whole summary"));
  });
}

endToEnd(
  "check --follow shows people what a task says, what its calls came to and its end",
  async (hermes) => {
    const letGo = Promise.withResolvers<void>();
    await using server = await talkative(letGo.promise);
    useServer(hermes, server.baseUrl);
    const id = (await hermes.run(["delegate", "--async", "-Q", "look"])).stdout.trimEnd();
    const live = hermes.start(["check", id, "--follow"]);
    await server.waitForRequest(({ index }) => index === 1, { timeoutMs: 60_000 });
    await live.stdout.waitFor(/terminal/);
    letGo.resolve();
    const { code, stdout } = await live.finished;
    assert.equal(code, 0);
    const later = await hermes.run(["check", id, "--follow"]);
    for (const shown of [stdout, later.stdout]) {
      for (const each of ["I look first", "  out-1", "  out-2", "  (exit code 3)", "the whole summary"]) {
        assert.equal(shown.split(`${each}\n`).length, 2, `${each} once in ${shown}`);
      }
      assert.match(
        shown,
        new RegExp(`${id} started: look\n[^]*${id} terminal [^]*the whole summary\n${id} completed `),
      );
    }
    const [first, second] = [await hermes.run(["check", "--follow", id, id]), later];
    assert.equal(first.stdout, second.stdout, "one task that is named twice");
    const events = await hermes.run(["check", id, "--follow", "--jsonl"]);
    assert.ok(events.stdout.trimEnd().split("\n").every((line) => !JSON.parse(line).type.startsWith("text")));
  },
);
