import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { CollectedTask } from "../../protocol/task_view.ts";
import { delegateGoals } from "../../session/delegate_goals.ts";
import { messageOf, UserError } from "../../support/errors.ts";
import type { TaskRequest } from "../../tools/delegation/task_arguments.ts";
import { EXIT, exitOfTasks } from "../exit_codes.ts";
import type { Io } from "../io.ts";
import { openRun, type Run, type RunOptions } from "../open_run.ts";
import { labelOf } from "../render/list.ts";
import { endingOf } from "../render/progress_line.ts";
import { oneLine, plainText } from "../render/text.ts";
import { Ending } from "../signals.ts";
import { hintUnread } from "../unread_stdin.ts";
import { answerQuestions } from "./answer_questions.ts";

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
}

/** Delegates the goals and prints what comes back; returns the exit code. */
export async function runDelegate(
  io: Io,
  goals: readonly string[],
  options: DelegateOptions,
): Promise<number> {
  const requests = await requestsOf(io, goals, options);
  const readsStdin = goals.includes("-") || options.contextFile === "-";
  hintUnread(io, { quiet: options.quiet === true || readsStdin, way: "--context-file -, or - as a goal" });
  const startedAt = performance.now();
  await using run = await openRun(io, { ...options, kind: "delegate" });
  using ending = new Ending(io);
  using _answers = answerQuestions(io, run);
  const pinned = pinModel(run, requests, options);
  let printed = 0;
  let results: readonly CollectedTask[];
  try {
    results = await delegateGoals(run.session, pinned, {
      any: options.any === true,
      signal: ending.signal,
      onResult: (task) => {
        show(io, run, task, { ...options, isOneOfMany: requests.length > 1, isFirst: printed === 0 });
        if (task.status === "completed") printed++;
      },
    });
  } catch (error) {
    if (ending.exitCode !== null) return ending.exitCode;
    throw error;
  }
  const total_duration_s = Math.round(performance.now() - startedAt) / 1000;
  if (options.json === true) io.stdout.write(JSON.stringify({ results, total_duration_s }) + "\n");
  const code = exitOfTasks(results);
  run.session.events.emit({ type: "session.ended", exit_code: code });
  return code;
}

async function requestsOf(
  io: Io,
  goals: readonly string[],
  options: DelegateOptions,
): Promise<readonly TaskRequest[]> {
  const fromStdin = [...goals.filter((goal) => goal === "-"), ...(options.contextFile === "-" ? ["-"] : [])];
  if (fromStdin.length > 1) {
    throw new UserError("Cannot read stdin twice: only one goal or the context can be -", {
      exitCode: EXIT.usage,
    });
  }
  const stdin = fromStdin.length === 1 ? await io.stdin.readAll() : "";
  const context = contextOf(io, options, stdin);
  const shared = {
    ...(context === "" ? {} : { context }),
    ...(options.toolsets === undefined ? {} : { toolsets: [...options.toolsets] }),
    ...(options.tier === undefined ? {} : { tier: options.tier }),
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.maxTurns === undefined ? {} : { max_turns: options.maxTurns }),
    ...(options.timeout === undefined ? {} : { timeout_s: options.timeout }),
    ...(options.tokenBudget === undefined ? {} : { token_budget: options.tokenBudget }),
    ...(options.schema === undefined ? {} : { output_schema: readSchema(io, options.schema) }),
  };
  return goals.map((goal) => ({ goal: goal === "-" ? stdin.trim() : goal, ...shared })).map(refuseEmpty);
}

function refuseEmpty(request: TaskRequest): TaskRequest {
  if (request.goal.trim() !== "") return request;
  throw new UserError("Cannot delegate an empty goal", { exitCode: EXIT.usage });
}

function contextOf(io: Io, { context = "", contextFile }: DelegateOptions, stdin: string): string {
  const fromFile = contextFile === undefined
    ? ""
    : contextFile === "-"
    ? stdin
    : readText(io, contextFile, "--context-file");
  return [context, fromFile].filter((part) => part !== "").join("\n\n");
}

function readSchema(io: Io, file: string): Record<string, unknown> {
  const text = readText(io, file, "--schema");
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (error) {
    throw new UserError(`Cannot read "${file}" for --schema: ${messageOf(error)}`, {
      exitCode: EXIT.usage,
      cause: error,
    });
  }
  if (typeof schema === "object" && schema !== null && !Array.isArray(schema)) return { ...schema };
  throw new UserError(`Cannot use "${file}" for --schema: it holds no JSON object`, { exitCode: EXIT.usage });
}

function readText(io: Io, file: string, option: string): string {
  try {
    return readFileSync(resolve(io.cwd, file), "utf8");
  } catch (error) {
    throw new UserError(`Cannot read "${file}" for ${option}: ${messageOf(error)}`, {
      exitCode: EXIT.usage,
      cause: error,
    });
  }
}

/** A model that was named on the command line holds for every task, whatever the routes say. */
function pinModel({ session }: Run, requests: readonly TaskRequest[], { model, provider }: DelegateOptions) {
  if (model === undefined && provider === undefined) return requests;
  const ref = session.supervisor.ground.model;
  return requests.map((request) => ({ ...request, model: `${ref.provider}/${ref.model}` }));
}

interface ShowOptions extends DelegateOptions {
  readonly isOneOfMany: boolean;
  /** Nothing was printed before. */
  readonly isFirst: boolean;
}

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

function completedText(task: CollectedTask, { isOneOfMany, isFirst }: ShowOptions): string {
  const body = task.result === undefined ? task.summary ?? "" : JSON.stringify(task.result, null, 2);
  const header = isOneOfMany
    ? `${isFirst ? "" : "\n"}==> ${task.task_id} ${oneLine(labelOf(task))} <==\n`
    : "";
  return `${header}${plainText(body).trimEnd()}\n`;
}

function failedText(task: CollectedTask): string {
  const error = task.error === undefined ? "" : `: ${oneLine(task.error.message)}`;
  const partial = task.summary ?? task.partial_output ?? "";
  const rest = partial === "" ? "" : `${plainText(partial).trimEnd()}\n`;
  return `hermes: task ${task.task_id} (${oneLine(labelOf(task))}) ${endingOf(task)}${
    plainText(error)
  }\n${rest}`;
}
