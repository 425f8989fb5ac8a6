import assert from "node:assert/strict";
import { finish } from "../support/delegation_script.ts";
import { status } from "../support/scripted_reply.ts";
import { TestSession } from "../support/test_session.ts";

const HOURS_MS = 5 * 3_600_000;

for (const [how, byMs] of [["back", -HOURS_MS], ["on", HOURS_MS]] as const) {
  Deno.test(`a task whose provider asks for a pause is done soon, and took as long as it did, when the clock is set ${how}`, async () => {
    const real = Date.now;
    let asked = 0;
    await using open = await TestSession.open({
      child: () => {
        if (asked++ > 0) return finish("done");
        Date.now = () => real() + byMs;
        return status(429, { error: { message: "slow down" } }, { "retry-after": "1" });
      },
    });
    try {
      const begunAt = performance.now();
      const [task_id] = await open.spawn("something");
      const task = await open.call("collect_task", { task_id });
      const tookS = (performance.now() - begunAt) / 1000;
      assert.deepEqual([task.status, asked], ["completed", 2]);
      assert.ok(task.elapsed_s >= 0.9 && task.elapsed_s <= tookS, `${task.elapsed_s} s of ${tookS}`);
    } finally {
      Date.now = real;
    }
  });
}
