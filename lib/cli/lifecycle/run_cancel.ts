import type { CancelReply } from "../../protocol/task_view.ts";
import { UserError } from "../../support/errors.ts";
import { EXIT } from "../exit_codes.ts";
import type { Io } from "../io.ts";
import { jsonLine } from "../render/json.ts";
import { renderReply } from "../render/reply.ts";
import { callTask } from "./call_task.ts";
import type { Reach } from "./reach.ts";
import { isFinalStatus } from "./settled.ts";
import { asPrinted, notePrinted } from "./wait_for_task.ts";
import { distinct, withReach, writeJson } from "./with_reach.ts";

/** The options of `hermes cancel`. */
export interface CancelOptions {
  readonly all?: true | undefined;
  readonly session?: string | undefined;
  readonly yes?: true | undefined;
  readonly json?: true | undefined;
}

/**
 * Stops tasks, each with all below it; returns the exit code once nothing of them runs. The shell is told here all there
 * is of its own: they are delivered by that.
 */
export function runCancel(io: Io, taskIds: readonly string[], options: CancelOptions): Promise<number> {
  refuseUnclear(taskIds, options);
  return withReach(io, async (reach) => {
    await reach.assertKnown(taskIds);
    reach.assertBelow(taskIds);
    const ids = options.all === true ? openTasks(reach, options.session) : distinct(taskIds);
    const cancel = (task_id: string) => callTask<CancelReply>(reach, "cancel_task", { task_id });
    const replies = (await Promise.all(ids.map(cancel))).map((reply) => asPrinted(reach, reply));
    if (options.json !== true) {
      const style = { columns: undefined, color: false };
      io.stdout.write(replies.map((reply) => renderReply("cancel_task", reply, style)).join(""));
    } else if (options.all === true) io.stdout.write(jsonLine({ results: replies }, io.stdout));
    else writeJson(io, replies);
    await notePrinted(reach, replies);
    return EXIT.done;
  });
}

function refuseUnclear(taskIds: readonly string[], { all, session, yes }: CancelOptions): void {
  const usage = (message: string, hint: string) => new UserError(message, { hint, exitCode: EXIT.usage });
  if (all !== true) {
    if (taskIds.length > 0) return;
    throw usage("Cannot cancel: no task is named", "Name task ids, or --all with --session ID or --yes");
  }
  if (taskIds.length > 0) throw usage("Cannot cancel: give either ids or --all", "--all means every task");
  if (session !== undefined || yes === true) return;
  throw usage(
    "Cannot cancel all tasks: nothing says of which session",
    "Add --session ID, or --yes for every session",
  );
}

/** Those that are not over, the topmost of each tree. */
function openTasks({ store }: Reach, sessionId: string | undefined): readonly string[] {
  if (sessionId !== undefined && store.session(sessionId) === undefined) {
    throw new UserError(`Cannot find session "${sessionId}": there is none of that id`, {
      exitCode: EXIT.usage,
    });
  }
  const query = sessionId === undefined ? {} : { sessionId };
  const open = store.tasks.list({ ...query, isOpen: true }).filter(({ status }) => !isFinalStatus(status));
  const ids = new Set(open.map(({ taskId }) => taskId));
  return open.filter(({ ownerId }) => ownerId === null || !ids.has(ownerId)).map(({ taskId }) => taskId);
}
