import { hermesHome } from "../../config/home.ts";
import { bringBack, type BroughtBack } from "../../session/bring_back.ts";
import { snapshotOf } from "../../session/task_rows.ts";
import { steadyClock } from "../../support/clock.ts";
import type { Io } from "../io.ts";
import type { Run } from "../open_run.ts";
import { labelOf } from "../render/list.ts";
import { allowanceText, spendingText } from "../render/spending.ts";
import { oneLine } from "../render/text.ts";
import { Ending } from "../signals.ts";

/**
 * Takes up the tasks of a session that goes on: what the detached host runs comes back here; what was interrupted
 * waits to be asked for, because it costs. Unless `quiet`, says what the session may use anew, and of each task that
 * is not over how it stands. Null; an exit code when a signal ended the wait.
 */
export async function takeUpTasks(
  io: Io,
  { session }: Run,
  { quiet }: { readonly quiet: boolean },
): Promise<number | null> {
  using ending = new Ending(io);
  const options = { home: hermesHome(io.env), clock: steadyClock, signal: ending.signal };
  try {
    const taken = await bringBack(session, options);
    if (!quiet) {
      tellAllowance(io, session);
      tellTasks(io, session, taken);
    }
    return null;
  } catch (error) {
    if (ending.exitCode !== null) return ending.exitCode;
    throw error;
  }
}

/** Each time that somebody goes on with a session, what it may use begins anew: that must be no surprise. */
function tellAllowance(io: Io, { usedBefore: used, supervisor }: Run["session"]): void {
  const { caps } = supervisor.ground.broker.budget;
  const allowance = allowanceText(caps);
  if (used.requests === 0 || allowance === "") return;
  const before = spendingText({ used, caps: { usd: null, tokens: null, requests: null } });
  io.stderr.write(`hermes: the session has a new allowance of ${allowance}; it used ${before} before\n`);
}

function tellTasks(io: Io, session: Run["session"], { here, elsewhere }: BroughtBack): void {
  const tell = (taskId: string, state: string, goal: string) =>
    io.stderr.write(`hermes: ${taskId} ${state}: ${oneLine(goal)}\n`);
  for (const record of session.supervisor.table.seenBy(null)) {
    const goal = labelOf(record.spec);
    if (here.includes(record.id)) tell(record.id, "was in the background and goes on here", goal);
    else if (record.state.status === "interrupted" && !isBelow(session, record.spec.ownerId)) {
      tell(record.id, "is interrupted", `${goal}; /resume ${record.id} lets it go on`);
    }
  }
  for (const task of elsewhere) {
    tell(task.taskId, `is ${task.status} in another process`, snapshotOf(task).spec.goal);
  }
}

/** Whether it goes on with the task above it. */
function isBelow({ supervisor }: Run["session"], ownerId: string | null): boolean {
  return ownerId !== null && supervisor.table.get(ownerId)?.state.status === "interrupted";
}
