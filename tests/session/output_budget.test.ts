import assert from "node:assert/strict";
import { say } from "../support/scripted_server.ts";
import { TestSession } from "../support/test_session.ts";

const half = say("half", { finish: "length" });
const MODELS = { models: { m1: { max_output_tokens: 100_000 } } };

for (
  const [claim, tokens, reason] of [["lowered", 90_000, "budget"], ["left", 5_000_000, "max_output"]] as const
) {
  Deno.test(`an answer cut at an output limit that the budget ${claim} ends its task: ${reason}`, async () => {
    await using it = await TestSession.open({ child: () => half }, {
      ...MODELS,
      budget: { task: { tokens } },
    });
    const { results: [task] } = await it.call("delegate_task", { goal: "write a book" });
    assert.deepEqual([task.status, task.reason], ["failed", reason]);
    const limit = Number(it.server.requests[0]?.body.max_tokens);
    assert.equal(limit < 100_000, reason === "budget");
  });
}
