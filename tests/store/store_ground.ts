import process from "node:process";
import type { JournalEvent } from "../../lib/protocol/events.ts";
import type { TaskStatus } from "../../lib/protocol/task_state.ts";
import type { TaskView } from "../../lib/protocol/task_view.ts";
import type { Clock } from "../../lib/support/clock.ts";
import { processMark } from "../../lib/support/process_mark.ts";
import { openStore } from "../../lib/store/open_store.ts";
import type { HostKind, HostRow, SessionStore, Store, TaskRow } from "../../lib/store/store.ts";
import type { TroubleReader } from "../../lib/store/write_loop.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { TempDir } from "../support/temp_dir.ts";

/** A state directory of one test and the stores that it opened on it. */
export class StoreGround implements Disposable {
  readonly dir = new TempDir();
  readonly clock = new FakeClock();
  readonly #stores: Store[] = [];

  get home(): string {
    return this.dir.at("home");
  }

  /** One more connection, as another process has it. */
  open(clock: Clock = this.clock): Store {
    const store = openStore(this.home, { clock });
    this.#stores.push(store);
    return store;
  }

  [Symbol.dispose](): void {
    for (const store of this.#stores) store[Symbol.dispose]();
    this.dir[Symbol.dispose]();
  }
}

/** Begins a session that must not have trouble. */
export function beginIn(
  store: Store,
  options: { hostId?: string; onTrouble?: TroubleReader } = {},
): SessionStore {
  const model = { provider: "acme", model: "m-1", reasoningEffort: null };
  return store.begin(
    { kind: "chat", cwd: "/work", model },
    options.hostId ?? "h1",
    options.onTrouble ?? noTrouble,
  );
}

/** A reader for those who expect no trouble. */
export function noTrouble(trouble: Error | null): void {
  if (trouble !== null) throw trouble;
}

/** A task of a session, in a status. */
export function taskRow(session: SessionStore, taskId: string, more: Partial<TaskRow> = {}): TaskRow {
  const { sessionId, hostId } = session;
  const status: TaskStatus = "running";
  const body = { goal: `Do "${taskId}"`, list: [1, null, { deep: true }] };
  return { taskId, sessionId, ownerId: null, hostId, status, createdAt: 1, endedAt: null, body, ...more };
}

/** Event number `seq` of a session; of a task when one is named. */
export function event(session: SessionStore, seq: number, taskId?: string): JournalEvent {
  const place = { seq, at: new Date(seq).toISOString(), session_id: session.sessionId };
  if (taskId === undefined) return { ...place, type: "turn.started", turn: seq };
  // The store never looks into a view.
  return { ...place, type: "task.ended", task_id: taskId, task: { task_id: taskId } as TaskView };
}

/** A task that has ended, written with its event. */
export function endTask(session: SessionStore, seq: number, more: Partial<TaskRow> = {}): string {
  const taskId = session.newTaskId();
  session.taskChanged(taskId, () => taskRow(session, taskId, { status: "completed", endedAt: 2, ...more }));
  session.append(event(session, seq, taskId));
  return taskId;
}

/** This very process as a host. */
export function thisHost(hostId: string, kind: HostKind = "chat"): HostRow {
  const { pid } = process;
  return { hostId, pid, startMark: processMark(pid) ?? "", kind, sessionId: "", socket: null, since: 1 };
}

/** A host whose process has ended. */
export function deadHost(hostId: string, kind: HostKind = "chat"): HostRow {
  return { ...thisHost(hostId, kind), startMark: "before this process" };
}
