import type { TaskView } from "../../protocol/task_view.ts";
import { untilAnswered } from "../../session/host_finder.ts";
import { steadyClock } from "../../support/clock.ts";
import { ToolFailure } from "../../support/errors.ts";
import { EXIT } from "../exit_codes.ts";
import type { Io } from "../io.ts";
import { statusText } from "../render/status.ts";
import { labelOf } from "../render/list.ts";
import { connectTo, onDetachedHost, refuseSecondTry } from "./detached_host.ts";
import { handedEnvironment } from "./handed_environment.ts";
import type { Reach } from "./reach.ts";
import { collectTasks } from "./run_collect.ts";
import { isFinalStatus } from "./settled.ts";
import { distinct, withReach, writeJson } from "./with_reach.ts";

/** The options of `hermes resume`. */
export interface ResumeOptions {
  readonly wait?: true | undefined;
  readonly json?: true | undefined;
}

/** Lets interrupted tasks go on where they stopped; returns the exit code, with --wait that of the tasks. */
export function runResume(io: Io, taskIds: readonly string[], options: ResumeOptions): Promise<number> {
  const ids = distinct(taskIds);
  return withReach(io, async (reach) => {
    await reach.assertKnown(ids);
    reach.assertBelow(ids);
    for (const id of ids) refuseOthers(reach, id);
    const tasks: TaskView[] = [];
    for (const id of ids) tasks.push(...await resume(io, reach, id));
    if (options.wait === true) return await collectTasks(io, reach, ids, { json: options.json });
    if (options.json === true) writeJson(io, tasks);
    else for (const task of tasks) io.stdout.write(`${task.task_id} ${statusText(task)}: ${labelOf(task)}\n`);
    return EXIT.done;
  });
}

/** Spares a host that would only say the same. */
function refuseOthers({ store }: Reach, taskId: string): void {
  const status = store.tasks.get(taskId)?.status;
  if (status === undefined || status === "interrupted") return;
  const state = isFinalStatus(status) ? `already ${status}` : status;
  throw new ToolFailure("not_running", `Cannot resume task ${taskId}: it is ${state}`);
}

/** In the process that has its session open, or else in the detached host. */
async function resume(io: Io, reach: Reach, taskId: string): Promise<readonly TaskView[]> {
  const params = { task_ids: [taskId], ...handedEnvironment(io, reach) };
  const options = { signal: reach.signal };
  const sessionId = reach.store.tasks.get(taskId)?.sessionId;
  const there = await untilAnswered(async () => {
    const own = reach.finder.live().find((host) => host.sessionId === sessionId && host.socket !== null);
    const client = await connectTo(reach, own);
    return client === null
      ? null
      : (await client.request("resume", params, options).catch(refuseSecondTry)).tasks;
  }, { clock: steadyClock, ...options });
  if (there !== null) return there;
  const { tasks } = await onDetachedHost(io, reach, (host) => host.request("resume", params, options));
  return tasks;
}
