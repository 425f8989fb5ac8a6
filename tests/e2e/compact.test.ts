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

endToEnd("a child of the offline model does each step once, however small its window", async (hermes) => {
  hermes.configure({ models: { offline: { context_window: 2_500 } } });
  const steps = Array.from({ length: 12 }, (_, step) => `run: echo ${step} >> steps; seq ${step} 300`);
  const { code, stdout } = await hermes.run([
    "delegate",
    "--offline",
    "--jsonl",
    steps.join(" then "),
  ]);
  assert.equal(code, 0);
  assert.equal(Deno.readTextFileSync(`${hermes.work}/steps`), steps.map((_, step) => `${step}\n`).join(""));
  const events = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  const compacted = events.filter(({ type }) => type === "context.compacted");
  assert.ok(compacted.some(({ summarised }) => summarised), stdout);
});
