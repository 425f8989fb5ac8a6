import type { CollectedTask } from "../../protocol/task_view.ts";
import { collectLeft, delegateGoals } from "../../session/delegate_goals.ts";
import { EXIT, exitOfTasks } from "../exit_codes.ts";
import type { Io } from "../io.ts";
import { interruptTasks, isHardEnd } from "../leave.ts";
import { openRun, type Run, type RunOptions } from "../open_run.ts";
import { completedText, failedText, type ResultPlace } from "../render/collected.ts";
import { jsonLine } from "../render/json.ts";
import { Ending } from "../signals.ts";
import { answerQuestions, hasPerson } from "./answer_questions.ts";
import { hintUnreadGoals, pinModel, requestsOf } from "./requests.ts";

/** The options of `hermes delegate`. */
export interface DelegateOptions extends RunOptions {
  readonly context?: string | undefined;
  readonly contextFile?: string | undefined;
  readonly tier?: string | undefined;
  readonly name?: string | undefined;
  readonly maxTurns?: number | undefined;
  readonly timeout?: number | undefined;
  readonly tokenBudget?: number | undefined;
  readonly schema?: string | undefined;
  readonly any?: true | undefined;
  readonly async?: true | undefined;
  readonly after?: readonly string[] | undefined;
}

/** Delegates the goals and prints what comes back; returns the exit code. */
export async function runDelegate(
  io: Io,
  goals: readonly string[],
  options: DelegateOptions,
): Promise<number> {
  const requests = await requestsOf(io, goals, options);
  if (options.async === true) {
    const { delegateAsync } = await import("./delegate_async.ts");
    const code = await delegateAsync(io, requests, options);
    hintUnreadGoals(io, goals, options);
    return code;
  }
  const startedAt = performance.now();
  await using run = await openRun(io, { ...options, kind: "delegate", asksPerson: hasPerson(io) });
  using ending = new Ending(io); // not before: a store that is locked is waited for, and a signal ends that at once
  hintUnreadGoals(io, goals, options); // what cannot run has more to say
  using _answers = answerQuestions(io, run);
  const pinned = pinModel(requests, run.session.model, options);
  const results: CollectedTask[] = [];
  const onResult = (task: CollectedTask) => {
    const isFirst = !results.some(({ status }) => status === "completed");
    show(io, run, task, { ...options, isOneOfMany: requests.length > 1, isFirst });
    results.push(task);
  };
  try {
    await delegateGoals(run.session, pinned, { any: options.any === true, signal: ending.signal, onResult });
  } catch (error) {
    if (ending.exitCode === null) throw error;
    if (ending.exitCode === EXIT.brokenPipe) return ending.exitCode; // nobody reads what is left
    await stopTasks(io, run, ending.exitCode);
    for (const task of await collectLeft(run.session, results)) {
      if (task.status === "interrupted") results.push(task); // it was told how it can go on
      else onResult(task);
    }
  }
  const total_duration_s = Math.round(performance.now() - startedAt) / 1000;
  if (options.json === true) io.stdout.write(jsonLine({ results, total_duration_s }, io.stdout));
  const code = ending.exitCode ?? exitOfTasks(results);
  run.session.events.emit({ type: "session.ended", exit_code: code });
  return run.keptCode(code);
}

/** What runs is cancelled, or interrupted where nobody can say any more what becomes of it. */
async function stopTasks(io: Io, run: Run, exitCode: number): Promise<void> {
  if (isHardEnd(exitCode)) await interruptTasks(io, run);
  else await run.session.supervisor.close("session_closed");
}

type ShowOptions = DelegateOptions & ResultPlace;

/** A completed task's summary goes to stdout; of any other only stderr hears. */
function show(io: Io, run: Run, task: CollectedTask, options: ShowOptions): void {
  const text = task.status === "completed" ? completedText(task, options) : "";
  const complaint = task.status === "completed" ? "" : failedText(task);
  const print = () => {
    if (options.json !== true && options.jsonl !== true) io.stdout.write(text);
    io.stderr.write(complaint);
  };
  if (run.board === null) print();
  else run.board.around(print);
}
