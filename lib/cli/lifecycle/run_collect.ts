import type { CollectedTask, CollectedTasks } from "../../protocol/task_view.ts";
import { exitOfTasks } from "../exit_codes.ts";
import type { Io } from "../io.ts";
import { completedText, failedText } from "../render/collected.ts";
import { jsonLine } from "../render/json.ts";
import type { Reach } from "./reach.ts";
import { isSettledStatus } from "./settled.ts";
import { asPrinted, notePrinted, TimeLimit, waitForTask } from "./wait_for_task.ts";
import { distinct, withReach } from "./with_reach.ts";

/** The options of `hermes collect`. */
export interface CollectOptions {
  readonly any?: true | undefined;
  /** Seconds. */
  readonly timeout?: number | undefined;
  readonly json?: true | undefined;
}

/** Waits for tasks and prints what they came to; returns the exit code. */
export function runCollect(io: Io, taskIds: readonly string[], options: CollectOptions): Promise<number> {
  return withReach(io, (reach) => collectTasks(io, reach, distinct(taskIds), options));
}

/**
 * Waits for these tasks and prints what they came to, each as soon as the order of the ids allows. What is the shell's
 * own is delivered by that. Returns the exit code.
 */
export async function collectTasks(
  io: Io,
  reach: Reach,
  ids: readonly string[],
  options: CollectOptions,
): Promise<number> {
  await reach.assertKnown(ids);
  using limit = new TimeLimit(options.timeout ?? null);
  const waits = untilQuestion(reach, ids, limit);
  const tasks: CollectedTask[] = [];
  for (const wait of options.any === true ? [Promise.race(waits)] : waits) {
    const task = asPrinted(reach, await wait);
    if (options.json !== true) {
      print(io, task, {
        isOneOfMany: waits.length > 1 && options.any !== true,
        isFirst: !tasks.some(isCompleted),
      });
      await notePrinted(reach, [task]);
    }
    tasks.push(task);
  }
  if (options.json === true) {
    io.stdout.write(jsonLine(documentOf(ids, tasks), io.stdout));
    await notePrinted(reach, tasks);
  }
  return exitOfTasks(tasks);
}

/** Waits for each task; when one asks something, those that are not over are only looked at. */
function untilQuestion(
  reach: Reach,
  ids: readonly string[],
  limit: TimeLimit,
): readonly Promise<CollectedTask>[] {
  const asked = Promise.withResolvers<void>();
  return ids.map((id) => {
    const wait = waitForTask(reach, id, limit).then((task) => {
      if (task.status === "needs_input") asked.resolve();
      return task;
    });
    const looked = asked.promise.then(() => look(reach, id));
    const first = Promise.race([wait, looked]);
    for (const each of [first, wait, looked]) each.catch(() => {}); // whoever awaits it hears of it
    return first;
  });
}

async function look(reach: Reach, id: string): Promise<CollectedTask> {
  using now = new TimeLimit(0);
  return { ...await waitForTask(reach, id, now), timed_out: false };
}

function print(
  io: Io,
  task: CollectedTask,
  place: { readonly isOneOfMany: boolean; readonly isFirst: boolean },
): void {
  if (isCompleted(task)) io.stdout.write(completedText(task, place));
  else io.stderr.write(failedText(task));
}

function documentOf(ids: readonly string[], tasks: readonly CollectedTask[]): CollectedTask | CollectedTasks {
  const [only] = tasks;
  if (ids.length === 1 && only !== undefined) return only;
  const results = tasks.filter(({ status }) => isSettledStatus(status));
  const asking = tasks.filter(({ status }) => status === "needs_input");
  const questions = asking.map(({ task_id, question }) => ({ task_id, question }));
  return {
    results,
    pending: ids.filter((id) => !results.some(({ task_id }) => task_id === id)),
    timed_out: tasks.some(({ timed_out }) => timed_out),
    ...(questions.length === 0 ? {} : { interrupted_by: "question" as const, questions }),
  };
}

function isCompleted({ status }: CollectedTask): boolean {
  return status === "completed";
}
