import assert from "node:assert/strict";
import { renderList } from "../../../lib/cli/render/list.ts";
import { displayWidth } from "../../../lib/cli/render/text.ts";
import { sampleTask, sampleTasks } from "./sample_task.ts";

const SLOTS = { running: 3, limit: 10, queued: 1 };

for (const columns of [undefined, 100, 72, 48]) {
  Deno.test(`renderList() at ${columns ?? "any"} columns`, async (t) => {
    await t.assertSnapshot(renderList(sampleTasks(), SLOTS, { columns, color: false }));
  });
}

Deno.test("renderList() never exceeds a terminal of 48 columns or more", () => {
  for (let columns = 48; columns < 140; columns++) {
    const lines = renderList(sampleTasks(), SLOTS, { columns, color: false }).split("\n");
    assert.deepEqual(lines.filter((line) => displayWidth(line) > columns), []);
  }
});

Deno.test("renderList() colours the status only, and changes no width by it", () => {
  const plain = renderList([sampleTask()], SLOTS, { columns: 80, color: false });
  const coloured = renderList([sampleTask()], SLOTS, { columns: 80, color: true });
  assert.equal(coloured, plain.replace("running", "\u001b[36mrunning\u001b[0m"));
});

Deno.test("renderList() of nothing says so", () => {
  const text = renderList([], SLOTS, { columns: 80, color: false });
  assert.equal(text, "no tasks\nslots: 3 of 10 running, 1 queued\n");
});
