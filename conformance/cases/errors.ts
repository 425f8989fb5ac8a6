import assert from "node:assert/strict";
import { check, collect, spawn } from "../calls.ts";
import type { Case } from "../case.ts";
import type { Stage } from "../stage.ts";
import type { Call } from "../wire.ts";

/** Errors that tell the model its next step. */
export const ERRORS: readonly Case[] = [
  {
    name: "unknown-argument-is-named",
    demands:
      "A call with an unknown argument is refused; the error names it and the arguments that there are",
    because: "an argument that is ignored silently is one that the model believes in",
    run: (stage) => refused(stage, spawn("GOAL-A", { gaol: 1 }), "invalid_arguments", [/gaol/, /context/]),
  },
  {
    name: "wrong-type-is-named",
    demands: "A call with an argument of a wrong type is refused, and the error names it",
    because: "the model can mend what it is told of",
    run: (stage) =>
      refused(stage, spawn("GOAL-A", { max_turns: "many" }), "invalid_arguments", [/max_turns/]),
  },
  {
    name: "missing-argument-is-named",
    demands: "A call without a needed argument is refused, and the error names it",
    because: "a default goal would be work that nobody asked for",
    run: (stage) => refused(stage, { name: spawn("").name, args: {} }, "invalid_arguments", [/goal/]),
  },
  {
    name: "unknown-toolset-is-refused",
    demands: "A toolset that does not exist is refused, and the error names those that do",
    because: "a child without the tools that its goal needs makes things up",
    run: (stage) =>
      refused(stage, spawn("GOAL-A", { toolsets: ["fiel"] }), "unknown_toolset", [/fiel/, /\bfile\b/]),
  },
  {
    name: "unknown-model-is-refused",
    demands: "A model that is not allowed is refused, never replaced",
    because: "another model than asked for is another bill and another quality",
    run: (stage) =>
      refused(stage, spawn("GOAL-A", { model: "no-such-model" }), "unknown_model", [/no-such-model/]),
  },
  {
    name: "unknown-task-names-the-known",
    demands: "An id that does not exist is unknown_task, and the error names the ids that do",
    because: "models mistype ids; told the right ones, they go on",
    run: unknownTask,
  },
];

async function refused(stage: Stage, call: Call, code: string, says: readonly RegExp[]): Promise<void> {
  const [{ error }] = await stage.parent.does(call);
  assert.equal(error?.code, code);
  for (const words of says) assert.match(`${error.message} ${error.hint ?? ""}`, words);
  await stage.parent.says("I see");
  assert.equal((await stage.end()).code, 0);
  assert.equal(stage.child("GOAL-A").seen.length, 0, "a refused task asked its model");
}

async function unknownTask(stage: Stage): Promise<void> {
  const [{ task_id }] = await stage.parent.does(spawn("GOAL-A"));
  for (const call of [check("t00000"), collect("t00000")]) {
    const [{ error }] = await stage.parent.does(call);
    assert.equal(error?.code, "unknown_task");
    const said = `${error.message} ${error.hint ?? ""}`;
    assert.ok(said.includes("t00000") && said.includes(task_id), said);
  }
}
