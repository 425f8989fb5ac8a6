import assert from "node:assert/strict";
import { giveKeys, useEmulated } from "../support/emulation/emulated_home.ts";
import { startEmulatedServer, unneeded } from "../support/emulation/emulated_server.ts";
import { FAMILIES, PROVIDERS } from "../support/emulation/families.ts";
import { ENDLESS, INTERRUPTED, workingMind } from "../support/emulation/working_mind.ts";
import { endToEnd } from "../support/end_to_end.ts";
import type { Reading } from "../support/wire_reading.ts";

for (const family of FAMILIES) {
  endToEnd(
    `${family.name} refuses nothing of a chat with calls, a steered child, compaction and -c with two keys`,
    async (hermes) => {
      await using server = await startEmulatedServer(family, workingMind());
      useEmulated(hermes, [server]);
      giveKeys(hermes, [server], ["sk-first-1111"]);
      const stdin = ["turn 1", "turn 2", "spawn", "/compact", "turn 3", ""].join("\n");
      const first = await hermes.run(["chat", "-Q", "--yolo"], { stdin });
      assert.deepEqual([first.code, first.stderr, unneeded(server, 2)], [0, "", []]);
      assert.match(first.stdout, /^compacted: /m);
      const learned = server.refusals.length;
      giveKeys(hermes, [server], ["sk-first-1111", "sk-second-2222"]);
      const more = await hermes.run(["chat", "-c", "-Q", "--yolo"], {
        stdin: "turn 4\nturn 5\n/compact\nturn 6\n",
      });
      assert.deepEqual([more.code, more.stderr, server.refusals.slice(learned)], [0, "", []]);
      const answers = (first.stdout + more.stdout).match(/answer to \w+( \d)?/g);
      assert.deepEqual(answers, [
        ...["answer to turn 1", "answer to turn 2", "answer to spawn", "answer to turn 3"],
        ...["answer to turn 4", "answer to turn 5", "answer to turn 6"],
      ]);
      assert.match(more.stdout, /^compacted: /m);
      const accounts = server.answered.slice(-6).map(({ account }) => account);
      assert.deepEqual([...new Set(accounts)].sort(), ["sk-first-1111", "sk-second-2222"]);
      const child = server.answered.findLast(({ tools }) => tools.includes("finish"));
      assert.ok(child?.entries.some(({ role, text }) => role === "user" && text.includes("look twice")));
    },
  );
}

for (const family of PROVIDERS) {
  endToEnd(
    `${family.name} refuses nothing of hand-overs, nor of a task that goes on after SIGKILL`,
    async (hermes) => {
      await using server = await startEmulatedServer(family, workingMind());
      useEmulated(hermes, [server]);
      giveKeys(hermes, [server], ["sk-first-1111"]);
      const over = await hermes.run(["delegate", "--json", "--max-turns", "3", `work ${ENDLESS}`]);
      const [{ status, reason, partial_output }] = JSON.parse(over.stdout).results;
      assert.deepEqual([status, reason, unneeded(server, 1)], ["failed", "max_turns", []]);
      assert.match(partial_output, /What was done so far/);
      const spent = await hermes.run(["delegate", "--json", "--token-budget", "9000", `work ${ENDLESS}`]);
      assert.deepEqual([JSON.parse(spent.stdout).results[0].reason, unneeded(server, 1)], ["budget", []]);
      const killed = hermes.start(["delegate", `work ${INTERRUPTED}`]);
      await server.waitForRequest(({ raw, body }) => raw.includes(INTERRUPTED) && isThird(body));
      killed.kill("SIGKILL");
      await killed.finished;
      const { tasks } = JSON.parse((await hermes.run(["list", "--json"])).stdout);
      const [{ task_id }] = tasks.filter((task: Reading) => task.status === "interrupted");
      const resumed = await hermes.run(["resume", "--wait", task_id]);
      assert.deepEqual([resumed.code, unneeded(server, 1)], [0, []], resumed.stderr);
      assert.match(resumed.stdout, /all of it is done/);
    },
  );
}

/** Whether two answers of the model are in the history. */
function isThird(body: Reading): boolean {
  const history: Reading[] = body.messages ?? body.input;
  return JSON.stringify(history).includes("echo 1 c");
}
