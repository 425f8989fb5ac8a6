import assert from "node:assert/strict";
import { settled } from "../support/fake_clock.ts";
import { Stage } from "../support/test_ground.ts";

/** A child that has collected the result of its own task, of which nothing is stored yet. */
async function collected() {
  const stage = new Stage({ delegation: { max_spawn_depth: 2 } });
  const [id = ""] = await stage.spawn("above");
  const above = stage.puppets.of("above");
  await above.turn(1);
  await above.tool("delegate_task_async", { goal: "below" });
  await stage.started();
  await stage.puppets.of("below").finish("done below");
  await above.tool("collect_task", {});
  return { stage, above, id };
}

Deno.test("a result is free again when its collect was given up while the answer was on its way", async () => {
  const { stage, above, id } = await collected();
  await using _ = stage;
  above.abortLastCall();
  const messages = await above.turn(2);
  assert.equal(messages.length, 1);
  assert.match(messages[0] ?? "", /done below/);
  assert.equal(stage.supervisor.mail.hasNews(id), false);
});

Deno.test("a collect cannot be given up any more once its result is stored", async () => {
  const { stage, above } = await collected();
  await using _ = stage;
  above.tell({ type: "cast", service: "stored", args: { from: 0, messages: [] } });
  above.abortLastCall();
  assert.deepEqual(await above.turn(2), []);
});

Deno.test("what a run had claimed and did not store is free when the run is over", async () => {
  const { stage, above, id } = await collected();
  await using _ = stage;
  const parked = stage.supervisor.park((record) => record.id === id, 0);
  await stage.ground.clock.advance(1);
  await parked;
  await settled();
  assert.equal(above.isEnded, true);
  assert.equal(stage.supervisor.mail.hasNews(id), true);
});
