import { dirname } from "node:path";
import { loadConfig, type LoadedConfig } from "../config/load.ts";
import type { SessionOptions } from "./open_session.ts";
import type { Session } from "./session.ts";

/** What a command of the shell brought for its tasks, in memory only: it may hold keys. */
export interface HostCommand {
  /** With its keys. */
  readonly env: SessionOptions["env"];
  /** config.yaml as it was then, with the keys of that environment. */
  readonly loaded: LoadedConfig;
}

/** An environment as a command hands it over. */
export interface HandedEnvironment {
  /** What the commands of its tasks may see. */
  readonly env: Readonly<Record<string, string>>;
  /** All else: keys, for requests and to be kept out of texts. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** The commands that delegated the tasks of the detached host: each task works with what its own one brought. */
export class HostCommands {
  readonly #home: string;
  readonly #of = new Map<string, HostCommand>();
  readonly #readers: ((command: HostCommand) => void)[] = [];
  #latest: HostCommand;
  #arriving: HostCommand | null = null;
  #session: Session | null = null;

  /** `first` is what the host itself was started with. */
  constructor(first: HostCommand) {
    this.#home = dirname(first.loaded.path);
    this.#latest = first;
  }

  /** What came last: it says how tasks are taken, and where no task is meant. */
  get latest(): HostCommand {
    return this.#latest;
  }

  /** What a task works with, or the one that it is below; the latest where no command is known. */
  of(taskId: string | null): HostCommand {
    if (taskId === null) return this.#latest;
    const owner = this.#session?.supervisor.table.get(taskId)?.spec.ownerId ?? null;
    return this.#of.get(taskId) ?? this.of(owner);
  }

  /** Calls `onCommand` for each that comes from now on, before it has any task. */
  follow(onCommand: (command: HostCommand) => void): void {
    this.#readers.push(onCommand);
  }

  /** Knows the tasks of this session by their command, until each is over. */
  watch(session: Session): void {
    this.#session = session;
    session.events.subscribe((event) => {
      if (event.type === "task.ended") this.#of.delete(event.task.task_id);
      if (event.type === "task.queued" && this.#arriving !== null) {
        this.#of.set(event.task.task_id, this.#arriving);
      }
    }, Infinity);
  }

  /** Runs `take`; the tasks that are queued within the call are those of the command whose environment this is. */
  during<Result>({ env, secrets }: HandedEnvironment, take: () => Result): Result {
    const whole = { ...env, ...secrets };
    this.#latest = { env: whole, loaded: loadConfig(this.#home, whole) };
    for (const onCommand of this.#readers) onCommand(this.#latest);
    this.#arriving = this.#latest;
    try {
      return take();
    } finally {
      this.#arriving = null;
    }
  }
}
