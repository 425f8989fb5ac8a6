import { renderTask } from "../../../lib/cli/render/task.ts";
import { sampleTask } from "./sample_task.ts";

Deno.test("renderTask() of a task that works", async (t) => {
  await t.assertSnapshot(renderTask({ ...sampleTask(), output_preview: ["one", "\u001b[2Jtwo\u0007"] }));
});

Deno.test("renderTask() of a task that asks, with children and steers", async (t) => {
  const task = sampleTask({
    name: "docs",
    status: "needs_input",
    question: "Which\nfolder?",
    queued_s: 12,
    current_tool: null,
    cost_usd: null,
    subtree: { tokens: { input: 2_000_000, cached: 0, output: 5000, reasoning: 0 }, cost_usd: null },
    steers: [{ steer_id: "1", state: "delivered", delivered_at_turn: 2 }, { steer_id: "2", state: "queued" }],
  });
  await t.assertSnapshot(renderTask({ ...task, output_preview: [] }));
});
