import assert from "node:assert/strict";
import { giveKeys, useEmulated } from "../support/emulation/emulated_home.ts";
import { type Mind, startEmulatedServer, unneeded } from "../support/emulation/emulated_server.ts";
import { FAMILIES } from "../support/emulation/families.ts";
import { oddMind } from "../support/emulation/working_mind.ts";
import { endToEnd } from "../support/end_to_end.ts";
import { status } from "../support/scripted_server.ts";

for (const [at, family] of FAMILIES.entries()) {
  const next = FAMILIES[(at + 1) % FAMILIES.length] ?? family;
  endToEnd(
    `${next.name} takes over from ${family.name} in the middle of a turn, and back`,
    async (hermes) => {
      let isDown = false;
      const mind = oddMind();
      const falling: Mind = (asked) => {
        isDown ||= asked.entries.at(-1)?.text.includes("turn 2 a") ?? false;
        return isDown ? status(503) : mind(asked);
      };
      await using planned = await startEmulatedServer(family, falling);
      await using spare = await startEmulatedServer(next, oddMind());
      useEmulated(hermes, [planned, spare]);
      giveKeys(hermes, [planned, spare], ["sk-first-1111"]);
      const first = await hermes.run(["chat", "-Q", "--yolo"], { stdin: "turn 1\nturn 2\nturn 3\n" });
      assert.deepEqual([first.code, unneeded(planned, 1), unneeded(spare, 1)], [0, [], []], first.stderr);
      isDown = false;
      const atSpare = spare.answered.length;
      const back = await hermes.run(["chat", "-c", "-Q", "--yolo"], { stdin: "turn 4\nturn 5\n" });
      assert.deepEqual(
        [back.code, unneeded(planned, 1), spare.answered.length],
        [0, [], atSpare],
        back.stderr,
      );
      const answers = (first.stdout + back.stdout).match(/answer to turn \d/g);
      assert.deepEqual(answers, [1, 2, 3, 4, 5].map((turn) => `answer to turn ${turn}`));
    },
  );
}
