import { dirname } from "node:path";
import type { LoadedConfig } from "../../config/load.ts";
import { type Archive, openArchive } from "../../session/archive.ts";
import { type ControlClient, HostGone, type WaitOptions } from "../../session/control/client.ts";
import { HostSilent, hostWords, silenceOf, type WatchedHost } from "../../session/control/host_silent.ts";
import type { Patience } from "../../session/control/patience.ts";
import { agentAbove } from "../../session/by_agent.ts";
import { sweepRun } from "../../session/control/sweep.ts";
import { HostFinder, untilAnswered } from "../../session/host_finder.ts";
import { recoverHosts } from "../../session/recover_hosts.ts";
import { NAMED_IDS, unknownTask } from "../../delegation/task_table.ts";
import { openStore } from "../../store/open_store.ts";
import type { HostRow, Store, StoredTask } from "../../store/store.ts";
import { steadyClock, systemClock } from "../../support/clock.ts";
import { ToolFailure } from "../../support/errors.ts";
import { type ProcessState, processState } from "../../support/process_mark.ts";
import type { ToolOutcome } from "../../tools/dispatch.ts";
import type { Io } from "../io.ts";
import { loadRunConfig } from "../load_config.ts";
import { errorText } from "../render/error_text.ts";

/** A task and the process that runs it. */
export interface LiveTask {
  readonly task: StoredTask;
  readonly host: HostRow;
}

/** How something is asked of a task: of the process that runs it, or of what is stored where none does. */
export interface Ways<Result> {
  /** `how` is for the request; `where` is what was found: the task as it is stored, and who runs it. */
  readonly live: (client: ControlClient, how: WaitOptions, where: LiveTask) => Promise<Result>;
  readonly stored: (archive: Archive, task: StoredTask) => Promise<Result>;
  /** With `look` the store is asked in the place of a host that does not answer. Absent: `act`. */
  readonly patience?: Patience;
  /** When it aborts, the store is asked in the place of a host that has not answered by then. */
  readonly deadline?: AbortSignal | undefined;
}

/** What comes of the silence of a host that was only to be looked at. */
export const STORED = "What was stored last is shown";

/** The tasks of a state directory, wherever they run. Disposed, no connection is left. */
export class Reach implements Disposable {
  readonly loaded: LoadedConfig;
  readonly store: Store;
  readonly finder: HostFinder;
  /** Aborts when the command is ended, or over. */
  readonly signal: AbortSignal;
  readonly #over = new AbortController();
  readonly #io: Io;
  /** Those that it was told of already that they do not answer. */
  readonly #silent = new Set<number>();

  /** `signal` ends what is waited for. What hosts left that died is seen to at once. */
  constructor(io: Io, signal: AbortSignal) {
    this.#io = io;
    this.loaded = loadRunConfig(io, { quiet: true });
    this.signal = AbortSignal.any([signal, this.#over.signal]);
    this.store = openStore(this.home, { clock: systemClock });
    this.finder = new HostFinder({
      home: this.home,
      store: this.store,
      clock: steadyClock,
      signal: this.signal,
      onSilence: (host, state) => this.tellSilence(host, state, "It is waited for"),
    });
    this.#recover();
  }

  /** The state directory. */
  get home(): string {
    return dirname(this.loaded.path);
  }

  /**
   * Asks about a task wherever it is, again when its host goes away meanwhile. Rejects with {@linkcode HostSilent} when
   * its host lives and does not answer, where the store is not to answer then.
   */
  async ask<Result>(taskId: string, ways: Ways<Result>): Promise<Result> {
    const { live, stored, patience = "act", deadline } = ways;
    const signal = deadline === undefined ? this.signal : AbortSignal.any([this.signal, deadline]);
    const how = { signal, patience };
    try {
      return await untilAnswered(async () => {
        const { task, host } = await this.#find(taskId);
        if (host === null) return await stored(this.#archiveOf(task), task);
        return await live(await this.finder.connect(host, how), how, { task, host });
      }, { clock: steadyClock, ...how });
    } catch (error) {
      const task = this.#isLeftToStore(error, ways) ? this.store.tasks.get(taskId) : undefined;
      if (task === undefined) throw error;
      this.#tellStored(task);
      return await stored(this.#archiveOf(task), task);
    }
  }

  /** Says on stderr, once, that a host does not answer and what comes of that; of null, that it does again. */
  tellSilence(host: WatchedHost, state: ProcessState | null, consequence: string): void {
    if (state === null) {
      this.#silent.delete(host.pid);
      return void this.#io.stderr.write(`hermes: ${hostWords(host)} answers again\n`);
    }
    if (this.#silent.has(host.pid)) return;
    this.#silent.add(host.pid);
    const { message, hint } = silenceOf(host, state);
    this.#io.stderr.write(errorText({ message: `Cannot reach ${message}`, hint: `${consequence}. ${hint}` }));
  }

  /** Throws {@linkcode ToolFailure} `unknown_task` for the first id that no task has. */
  async assertKnown(taskIds: readonly string[]): Promise<void> {
    for (const taskId of taskIds) {
      if (this.store.tasks.get(taskId) !== undefined || await this.#hostThatKnows(taskId) !== undefined) {
        continue;
      }
      throw unknownTask(taskId, this.store.tasks.lastIds(NAMED_IDS));
    }
  }

  /**
   * Throws {@linkcode ToolFailure} `unknown_task` where an agent's command names a task of the agent's session that is not
   * below the agent. Of other sessions nobody knows whose command began them.
   */
  assertBelow(taskIds: readonly string[]): void {
    const agent = agentAbove(this.#io.env);
    if (agent === null) return;
    for (const taskId of taskIds) {
      const task = this.store.tasks.get(taskId);
      if (task?.sessionId !== agent.sessionId || this.#isBelow(task, agent.taskId)) continue;
      const below = this.store.tasks.list({ sessionId: agent.sessionId })
        .filter((each) => this.#isBelow(each, agent.taskId));
      throw unknownTask(taskId, below.map((each) => each.taskId));
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

  #isBelow({ ownerId }: StoredTask, taskId: string | null): boolean {
    if (ownerId === taskId) return true;
    const owner = ownerId === null ? undefined : this.store.tasks.get(ownerId);
    return owner !== undefined && this.#isBelow(owner, taskId);
  }

  #isLeftToStore(error: unknown, { patience, deadline }: Ways<unknown>): boolean {
    if (this.signal.aborted) return false;
    return deadline?.aborted === true || (patience === "look" && error instanceof HostSilent);
  }

  #tellStored({ hostId }: StoredTask): void {
    const host = this.finder.live().find((each) => each.hostId === hostId);
    if (host !== undefined) this.tellSilence(host, processState(host.pid, host.startMark), STORED);
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
      const how = { signal: this.signal, patience: "look" } as const;
      const isKnown = await this.finder.connect(host, how)
        .then((client) => client.request("call", { tool: "check_task", args: { task_id: taskId } }, how))
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
