import { NO_USAGE } from "../../../lib/protocol/conversation.ts";
import type { TaskView } from "../../../lib/protocol/task_view.ts";

/** A running task's record with some fields changed. */
export function sampleTask(changes: Partial<TaskView> = {}): TaskView {
  const tokens = { input: 11_300, cached: 8000, output: 1000, reasoning: 0 };
  return {
    task_id: "t7f3k9",
    name: null,
    goal: "review lib/",
    status: "running",
    reason: null,
    outcome: null,
    waiting_for: null,
    queue_position: null,
    queued_s: 0,
    elapsed_s: 42,
    turn: 3,
    max_turns: 50,
    current_tool: "read_file",
    last_activity_s: 0.4,
    model: "gpt-5.1",
    tier: null,
    rule: "the parent's",
    toolsets: ["file", "terminal"],
    tokens,
    cost_usd: 0.0241,
    subtree: { tokens, cost_usd: 0.0241 },
    output_lines: 2,
    steers: [],
    question: null,
    delivered: false,
    ...changes,
  };
}

/** Tasks in all statuses. */
export function sampleTasks(): TaskView[] {
  return [
    sampleTask(),
    sampleTask({
      task_id: "t00001",
      name: "docs",
      goal: "write\nthe docs \u001b[31mof everything that there is",
      turn: 12,
      elapsed_s: 754,
    }),
    sampleTask({
      task_id: "t00002",
      status: "queued",
      queue_position: 2,
      waiting_for: "slot",
      turn: 0,
      elapsed_s: 0,
      tokens: NO_USAGE,
      cost_usd: null,
    }),
    sampleTask({
      task_id: "t00003",
      status: "needs_input",
      question: "Which?",
      goal: "翻訳する 🚀 documentation",
      elapsed_s: 8130,
    }),
    sampleTask({
      task_id: "t00004",
      status: "completed",
      reason: "finished",
      outcome: "partial",
      cost_usd: 1.5,
    }),
    sampleTask({ task_id: "t00005", status: "failed", reason: "max_output", elapsed_s: 345_678 }),
    sampleTask({ task_id: "t00006", status: "cancelled", reason: "cancelled_by_user" }),
    sampleTask({ task_id: "t00007", waiting_for: "rate" }),
  ];
}
