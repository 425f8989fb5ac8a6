import assert from "node:assert/strict";
import { Progress } from "../../lib/delegation/progress.ts";
import type { AgentEvent } from "../../lib/protocol/agent_events.ts";

const RETRY = {
  type: "retry",
  attempt: 2,
  error: { code: "server", message: "Cannot answer" },
} as const;
const text = (delta: string): AgentEvent => ({ type: "text", delta });
const ended = (turn: number): AgentEvent => ({ type: "reply_ended", turn });

/** [what a child did, the lines that are kept of it] */
const STORIES: readonly (readonly [string, readonly AgentEvent[], readonly string[]])[] = [
  ["only asked again", [RETRY, RETRY, RETRY], []],
  ["asked again before it said a word", [RETRY, text("hello"), ended(1)], ["hello"]],
  ["asked again in the middle", [text("hel"), RETRY, text("hello"), ended(1)], [
    "hel",
    "[asked again]",
    "hello",
  ]],
  ["asked again twice in the middle", [text("hel"), RETRY, RETRY, text("hello")], [
    "hel",
    "[asked again]",
    "hello",
  ]],
  ["asked again in a turn that has said nothing yet", [text("one"), ended(1), RETRY, text("two")], [
    "one",
    "two",
  ]],
];

for (const [story, events, lines] of STORIES) {
  Deno.test(`Progress.fold() keeps what a child said that ${story}`, () => {
    const progress = new Progress(0);
    for (const event of events) progress.fold(event, 1);
    assert.deepEqual(progress.output.lastLines(Infinity), lines);
  });
}
