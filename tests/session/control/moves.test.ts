import assert from "node:assert/strict";
import { Moves } from "../../../lib/session/control/moves.ts";
import { TaskMoves } from "../../../lib/session/control/task_moves.ts";
import { TaskTable } from "../../../lib/delegation/task_table.ts";
import { Stage } from "../../support/test_ground.ts";

/** A task of a session, interrupted when that is wanted. */
async function taskOf(stage: Stage, { isInterrupted }: { readonly isInterrupted: boolean }) {
  const [id = ""] = await stage.spawn("a goal");
  const record = stage.supervisor.table.find(id, null);
  if (isInterrupted) record.apply({ type: "host_died", at: stage.ground.clock.now() });
  return record;
}

Deno.test("Moves sends whoever asks for an interrupted task elsewhere, once it is there", async () => {
  await using stage = new Stage();
  const moves = new Moves();
  const record = await taskOf(stage, { isInterrupted: true });
  await moves.assertStays(record);
  const taken = Promise.withResolvers<string>();
  const moving = moves.during(({ id }) => id === record.id, () => taken.promise);
  let isSent = false;
  const sent = assert.rejects(moves.assertStays(record), TaskMoves).finally(() => isSent = true);
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(isSent, false, "nobody has it yet");
  taken.resolve("taken");
  await sent;
  assert.equal(await moving, "taken");
  await moves.assertStays(record);
});

Deno.test("Moves leaves alone what runs, what is not meant, and what stays when the move fails", async () => {
  await using stage = new Stage();
  const moves = new Moves();
  const running = await taskOf(stage, { isInterrupted: false });
  const interrupted = await taskOf(stage, { isInterrupted: true });
  const failing = Promise.withResolvers<never>();
  const moving = moves.during((record) => record === running, () => failing.promise);
  await moves.assertStays(running);
  await moves.assertStays(interrupted);
  failing.reject(new Error("nobody takes it"));
  await assert.rejects(moving, { message: "nobody takes it" });
});

Deno.test("Moves knows what has left until it is here again", async () => {
  await using stage = new Stage();
  const moves = new Moves();
  const record = await taskOf(stage, { isInterrupted: false });
  moves.left(record.id);
  assert.throws(() => moves.assertHere(record.id, new TaskTable()), TaskMoves);
  moves.assertHere(record.id, stage.supervisor.table);
});
