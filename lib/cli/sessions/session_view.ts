import { snapshotOf } from "../../session/task_rows.ts";
import { NO_TASKS, type TaskCounts, taskCounts } from "../../store/session_counts.ts";
import type { HostKind, SessionRow, Store } from "../../store/store.ts";
import { shortened } from "../../support/cut_text.ts";

/** A session as it is listed. Times are RFC 3339 in UTC. */
export interface SessionView {
  readonly session_id: string;
  readonly kind: HostKind;
  /** The beginning of its first message or goal; empty when nothing was said. */
  readonly title: string;
  readonly cwd: string;
  readonly provider: string;
  readonly model: string;
  readonly created_at: string;
  readonly last_at: string;
  /** The process that has it open. */
  readonly pid: number | null;
  readonly tasks: TaskCounts;
}

const TITLE_CHARS = 200;

/** All sessions, newest first. */
export function sessionViews(store: Store): readonly SessionView[] {
  const counts = taskCounts(store.database);
  const pids = new Map(store.hosts.live().map(({ sessionId, pid }) => [sessionId, pid]));
  return store.sessions().map((row) =>
    viewOf(store, row, {
      pid: pids.get(row.sessionId) ?? null,
      tasks: counts.get(row.sessionId) ?? NO_TASKS,
    })
  );
}

/** One session. */
export function sessionView(store: Store, row: SessionRow): SessionView {
  const { sessionId } = row;
  const pid = store.hosts.live().find((host) => host.sessionId === sessionId)?.pid ?? null;
  return viewOf(store, row, { pid, tasks: taskCounts(store.database, sessionId).get(sessionId) ?? NO_TASKS });
}

/** Whether anything was said or delegated in it. */
export function isUsed({ title, tasks }: SessionView): boolean {
  return title !== "" || tasks.total > 0;
}

function viewOf(
  store: Store,
  row: SessionRow,
  { pid, tasks }: Pick<SessionView, "pid" | "tasks">,
): SessionView {
  return {
    session_id: row.sessionId,
    kind: row.kind,
    title: shortened(
      row.title === "" && tasks.total > 0 ? firstGoal(store, row.sessionId) : row.title,
      TITLE_CHARS,
    ),
    cwd: row.cwd,
    provider: row.model.provider,
    model: row.model.model,
    created_at: new Date(row.createdAt).toISOString(),
    last_at: new Date(row.lastAt).toISOString(),
    pid,
    tasks,
  };
}

function firstGoal(store: Store, sessionId: string): string {
  const [first] = store.tasks.list({ sessionId });
  return first === undefined ? "" : snapshotOf(first).spec.goal;
}
