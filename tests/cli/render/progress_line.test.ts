import assert from "node:assert/strict";
import type { SessionEvent } from "../../../lib/protocol/events.ts";
import { progressLine } from "../../../lib/cli/render/progress_line.ts";
import { event, lossy } from "./events.ts";
import { sampleTask } from "./sample_task.ts";

const ID = "t7f3k9";
const queued = sampleTask({ status: "queued", queue_position: 2 });
const failed = sampleTask({ status: "failed", reason: "timeout", cost_usd: null, turn: 1 });

const COMPACTED = {
  type: "context.compacted",
  tokens_before: 12_000,
  tokens_after: 3_000,
  dropped: 2,
  summarised: false,
} as const;

const CASES: readonly (readonly [SessionEvent, string | null])[] = [
  [event({ type: "task.queued", task: queued }, ID), "t7f3k9 queued: review lib/"],
  [event({ type: "task.queued", task: sampleTask() }, ID), null],
  [
    event({ type: "task.started", task: sampleTask({ name: "docs" }) }, ID),
    "t7f3k9 started: docs: review lib/",
  ],
  [event({ type: "task.question", question: "Which\nfolder?" }, ID), "t7f3k9 asks: Which folder?"],
  [
    event({ type: "task.ended", task: failed }, ID),
    "t7f3k9 failed (timeout) after 42s, 1 turn, 12.3k tokens",
  ],
  [
    event({ type: "task.ended", task: sampleTask({ status: "completed", outcome: "done" }) }, ID),
    "t7f3k9 completed after 42s, 3 turns, 12.3k tokens, $0.02",
  ],
  [
    event({ type: "tool.started", call_id: "c", name: "terminal", about: "ls\u001b[2J -l" }, ID),
    "t7f3k9 terminal ls -l",
  ],
  [event({ type: "tool.started", call_id: "c", name: "terminal", about: "ls" }), null],
  [
    event({ type: "rate.limited", provider: "openai", wait_ms: 12_000 }),
    "openai limits the rate: next request in 12s",
  ],
  [event({ type: "error", error: { code: "server", message: "no\nluck" } }, ID), "t7f3k9 error: no luck"],
  [
    event({ ...COMPACTED, why: "full" }, ID),
    "t7f3k9 compacted: about 12k to 3k tokens",
  ],
  [event({ ...COMPACTED, why: "asked" }), null],
  [event({ type: "turn.started", turn: 1 }), null],
  [lossy({ type: "text.delta", delta: "hello" }, ID), null],
];

for (const [each, line] of CASES) {
  Deno.test(`progressLine() of ${each.type} is ${line === null ? "nothing" : `"${line}"`}`, () => {
    assert.equal(progressLine(each), line);
  });
}
