import { dirname } from "node:path";
import type { LoadedConfig } from "../../config/load.ts";
import { type Archive, openArchive } from "../../session/archive.ts";
import { type ControlClient, HostGone } from "../../session/control/client.ts";
import { sweepRun } from "../../session/control/sweep.ts";
import { HostFinder, untilAnswered } from "../../session/host_finder.ts";
import { recoverHosts } from "../../session/recover_hosts.ts";
import { openStore } from "../../store/open_store.ts";
import type { HostRow, Store, StoredTask } from "../../store/store.ts";
import { systemClock } from "../../support/clock.ts";
import { ToolFailure } from "../../support/errors.ts";
import type { ToolOutcome } from "../../tools/dispatch.ts";
import type { Io } from "../io.ts";
import { loadRunConfig } from "../load_config.ts";

/** How something is asked of a task: of the process that runs it, or of what is stored where none does. */
export interface Ways<Result> {
  readonly live: (client: ControlClient) => Promise<Result>;
  readonly stored: (archive: Archive, task: StoredTask) => Promise<Result>;
}

/** How many known ids an error names. */
const NAMED_IDS = 20;

/** The tasks of a state directory, wherever they run. Disposed, no connection is left. */
export class Reach implements Disposable {
  readonly loaded: LoadedConfig;
  readonly store: Store;
  readonly finder: HostFinder;
  /** Aborts when the command is ended, or over. */
  readonly signal: AbortSignal;
  readonly #over = new AbortController();

  /** `signal` ends what is waited for. What hosts left that died is seen to at once. */
  constructor(io: Io, signal: AbortSignal) {
    this.loaded = loadRunConfig(io, { quiet: true });
    this.signal = AbortSignal.any([signal, this.#over.signal]);
    this.store = openStore(this.home, { clock: systemClock });
    this.finder = new HostFinder({
      home: this.home,
      store: this.store,
      clock: systemClock,
      signal: this.signal,
    });
    this.#recover();
  }

  /** The state directory. */
  get home(): string {
    return dirname(this.loaded.path);
  }

  /** Asks about a task wherever it is, again when its host goes away meanwhile. */
  async ask<Result>(taskId: string, { live, stored }: Ways<Result>): Promise<Result> {
    return await untilAnswered(async () => {
      const { task, host } = await this.#find(taskId);
      if (host === null) return await stored(this.#archiveOf(task), task);
      return await live(await this.finder.connect(host));
    }, { clock: systemClock, signal: this.signal });
  }

  /** Throws {@linkcode ToolFailure} `unknown_task` for the first id that no task has. */
  async assertKnown(taskIds: readonly string[]): Promise<void> {
    for (const taskId of taskIds) {
      if (this.store.tasks.get(taskId) !== undefined || await this.#hostThatKnows(taskId) !== undefined) {
        continue;
      }
      const ids = this.store.tasks.lastIds(NAMED_IDS);
      throw new ToolFailure("unknown_task", `Cannot find task "${taskId}": there is none of that id`, {
        hint: ids.length === 0 ? "There are no tasks yet" : `Known: ${ids.join(", ")}`,
      });
    }
  }

  /** The tasks as an archive that no process runs. */
  archive(tasks: readonly StoredTask[]): Archive {
    return openArchive(this.store, this.loaded, tasks);
  }

  [Symbol.dispose](): void {
    this.#over.abort(new DOMException("The command is over", "AbortError"));
    this.finder[Symbol.dispose]();
    this.store[Symbol.dispose]();
  }

  /** The task as it is stored, and the host to be asked about it; null: the store knows all there is. */
  async #find(taskId: string): Promise<{ readonly task: StoredTask; readonly host: HostRow | null }> {
    const task = this.store.tasks.get(taskId);
    if (task === undefined) {
      await this.assertKnown([taskId]);
      throw new HostGone("The task is about to be stored");
    }
    const isSettled = task.endedAt !== null;
    const host = this.finder.live().find(({ hostId }) => hostId === task.hostId);
    if (isSettled && (host === undefined || host.socket === null)) return { task, host: null };
    if (host !== undefined) return { task, host };
    this.#recover();
    throw new HostGone("The host of the task has died");
  }

  #recover(): void {
    const { hosts } = recoverHosts(this.store, systemClock.now());
    if (hosts.length > 0) sweepRun(this.home, this.store.hosts.live(), hosts);
  }

  /** A task is stored a moment after it was taken in: until then only its host knows it. */
  async #hostThatKnows(taskId: string): Promise<HostRow | undefined> {
    for (const host of this.finder.live()) {
      if (host.socket === null) continue;
      const isKnown = await this.finder.connect(host)
        .then((client) =>
          client.request("call", { tool: "check_task", args: { task_id: taskId } }, { signal: this.signal })
        )
        .then(() => true, () => false);
      this.signal.throwIfAborted();
      if (isKnown) return host;
    }
    return undefined;
  }

  #archiveOf({ sessionId }: StoredTask): Archive {
    return this.archive(this.store.tasks.list({ sessionId }));
  }
}

/** What a tool replied; throws the error that it replied with. */
export function replyOf<Reply>({ ok, content }: ToolOutcome): Reply {
  const reply = JSON.parse(content);
  if (ok) return reply;
  const { code, message, hint } = reply.error;
  throw new ToolFailure(code, message, hint === undefined ? {} : { hint });
}
