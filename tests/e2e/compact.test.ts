import assert from "node:assert/strict";
import { endToEnd } from "../support/end_to_end.ts";

endToEnd("/compact says what it did or that there is nothing to do, and the chat goes on", async (hermes) => {
  const lines = ["one", "two", "three", "four"].map((word) => `say: "${`${word} `.repeat(200)}"`);
  const stdin = ["/compact", ...lines, "/compact", "say: still here", ""].join("\n");
  const { code, stdout, stderr } = await hermes.run(["chat", "-Q", "--offline"], { stdin });
  assert.deepEqual([code, stderr], [0, ""]);
  const said = stdout.trimEnd().split("\n");
  assert.equal(said[0], "nothing to compact");
  assert.match(said.at(-2) ?? "", /^compacted: about \S+k to \S+k tokens$/);
  assert.equal(said.at(-1), "still here");
});
