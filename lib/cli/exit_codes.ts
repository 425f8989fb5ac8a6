import type { WireError } from "../support/errors.ts";
import type { TaskView } from "../protocol/task_view.ts";

/** How the program ends (contract §4). 128 + n: ended by signal n, as a shell counts it. */
export const EXIT = {
  done: 0,
  /** A task failed or is unfinished, or an operation was refused. */
  failed: 1,
  usage: 2,
  budget: 3,
  /** A child waits for input that nobody here can give. */
  needsInput: 4,
  internal: 70,
  /** Worth another try later. */
  temporary: 75,
  config: 78,
  timeout: 124,
  hangup: 129,
  interrupted: 130,
  /** Nobody reads standard output any more. */
  brokenPipe: 141,
  terminated: 143,
} as const;

/** What the exit code needs to know of a task; a collected task has it all. */
export interface TaskEnding extends Pick<TaskView, "status" | "reason" | "outcome"> {
  readonly error?: WireError;
  /** The wait for it ran out of time. */
  readonly timed_out?: boolean;
}

/** Of several tasks, the first of these that applies counts. */
const ORDER = [EXIT.interrupted, EXIT.timeout, EXIT.budget, EXIT.temporary, EXIT.needsInput, EXIT.failed];

/**
 * The exit code of a command that waited for these tasks. A refused key (78) counts as such only when it stopped
 * every one of them, so that nothing was done at all; beside any other ending it is one failed task among others.
 */
export function exitOfTasks(tasks: readonly TaskEnding[]): number {
  const codes = tasks.map(exitOfTask);
  if (codes.length > 0 && codes.every((code) => code === EXIT.config)) return EXIT.config;
  const counted = codes.map((code) => code === EXIT.config ? EXIT.failed : code);
  return ORDER.find((code) => counted.includes(code)) ?? EXIT.done;
}

/** The exit code of an operation that ended with this error; an unknown code is a plain failure. */
export function exitOfError(error: WireError): number {
  return Object.hasOwn(ERRORS, error.code) ? ERRORS[error.code] ?? EXIT.failed : EXIT.failed;
}

const ERRORS: Readonly<Record<string, number>> = {
  invalid_arguments: EXIT.usage,
  unknown_task: EXIT.usage,
  unknown_model: EXIT.usage,
  unknown_toolset: EXIT.usage,
  queue_full: EXIT.temporary,
  budget_exceeded: EXIT.budget,
  configuration: EXIT.config,
  internal: EXIT.internal,
  auth: EXIT.config,
  quota: EXIT.config,
  rate_limited: EXIT.temporary,
  server: EXIT.temporary,
  unreachable: EXIT.temporary,
  cut: EXIT.temporary,
  setup: EXIT.config,
  timeout: EXIT.temporary,
  budget: EXIT.budget,
  store: EXIT.temporary,
};

/** Reasons of failed tasks whose exit code does not depend on the error; any other is {@linkcode EXIT.failed}. */
const REASONS: Readonly<Record<string, number>> = {
  timeout: EXIT.timeout,
  budget: EXIT.budget,
  rate_limited: EXIT.temporary,
  unanswered: EXIT.needsInput,
};

function exitOfTask(task: TaskEnding): number {
  if (task.status === "completed") {
    return task.outcome === "partial" || task.outcome === "blocked" ? EXIT.failed : EXIT.done;
  }
  if (task.status === "cancelled") return EXIT.interrupted;
  if (task.status === "failed") return exitOfFailure(task);
  if (task.timed_out === true) return EXIT.timeout;
  return task.status === "needs_input" ? EXIT.needsInput : EXIT.failed;
}

function exitOfFailure({ reason, error }: TaskEnding): number {
  if (error?.code === "store") return EXIT.temporary; // of reason internal, and yet no bug
  if (reason !== "provider_error" || error === undefined) return REASONS[reason ?? ""] ?? EXIT.failed;
  const code = exitOfError(error);
  if (code === EXIT.config) return EXIT.config;
  return code === EXIT.temporary ? code : EXIT.failed;
}
