import type { CheckReply, CollectedTask } from "../../protocol/task_view.ts";
import { UserError } from "../../support/errors.ts";
import { EXIT, exitOfTasks } from "../exit_codes.ts";
import type { Io } from "../io.ts";
import { renderTask } from "../render/task.ts";
import { callTask } from "./call_task.ts";
import { followTask } from "./follow_task.ts";
import { distinct, withReach, writeJson } from "./with_reach.ts";

/** The options of `hermes check`. */
export interface CheckOptions {
  readonly follow?: true | undefined;
  readonly since?: number | undefined;
  readonly json?: true | undefined;
  readonly jsonl?: true | undefined;
}

/** Shows tasks as they are, or with --follow what happens to them until they are over; returns the exit code. */
export async function runCheck(io: Io, taskIds: readonly string[], options: CheckOptions): Promise<number> {
  refuseUnfollowed(options);
  const ids = distinct(taskIds);
  return await withReach(io, async (reach) => {
    await reach.assertKnown(ids);
    if (options.follow === true) {
      await Promise.all(
        ids.map((id) => followTask(io, reach, id, { ...options, isOneOfMany: ids.length > 1 })),
      );
    }
    const look = (task_id: string) => callTask<CheckReply>(reach, "check_task", { task_id });
    if (options.json === true) writeJson(io, await Promise.all(ids.map(look)));
    else if (options.follow !== true) {
      io.stdout.write((await Promise.all(ids.map(look))).map(renderTask).join("\n"));
    }
    if (options.follow !== true) return EXIT.done;
    const collect = (task_id: string) =>
      callTask<CollectedTask>(reach, "collect_task", { task_id, timeout_s: 0 });
    const tasks = await Promise.all(ids.map(collect));
    return exitOfTasks(tasks.map(({ timed_out: _, ...task }) => task));
  });
}

/** What only says how to follow means nothing to a single look, and is not dropped in silence. */
function refuseUnfollowed({ follow, since, jsonl }: CheckOptions): void {
  const option = jsonl === true ? "--jsonl" : since === undefined ? null : "--since";
  if (follow === true || option === null) return;
  throw new UserError(`Cannot use ${option} without --follow: a single look has no events`, {
    hint: option === "--jsonl" ? "Add --follow, or print the tasks with --json" : "Add --follow",
    exitCode: EXIT.usage,
  });
}
