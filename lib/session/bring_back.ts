import type { StoredTask } from "../store/store.ts";
import type { Clock } from "../support/clock.ts";
import { HostFinder, untilAnswered } from "./host_finder.ts";
import type { Session } from "./session.ts";

/** Where the detached host is looked for. */
export interface BringBackOptions {
  /** The state directory. */
  readonly home: string;
  readonly clock: Clock;
  /** Ends the wait for it. */
  readonly signal: AbortSignal;
}

/** What became of the tasks of a session that goes on. */
export interface BroughtBack {
  /** Those that go on here. */
  readonly here: readonly string[];
  /** Those that another process runs. */
  readonly elsewhere: readonly StoredTask[];
}

/**
 * Takes the tasks of a session in; those that the detached host runs are brought to the end of a turn there and go on
 * here. What a dead host left stays interrupted. Rejects with a `UserError` when a host that lives does not answer.
 */
export async function bringBack(session: Session, options: BringBackOptions): Promise<BroughtBack> {
  if (session.adoptTasks().length === 0) return { here: [], elsewhere: [] };
  using finder = new HostFinder({ ...options, store: session.store });
  const released = await untilAnswered(async () => {
    const host = finder.live().find(({ kind }) => kind === "detached");
    const theirs = session.adoptTasks().filter(({ hostId }) => hostId === host?.hostId);
    if (host === undefined || theirs.length === 0) return [];
    const client = await finder.connect(host);
    const params = { session_id: session.id };
    return (await client.request("release", params, { signal: options.signal })).task_ids;
  }, options);
  const elsewhere = session.adoptTasks();
  const top = released.filter((taskId) =>
    !released.includes(session.supervisor.table.get(taskId)?.spec.ownerId ?? "")
  );
  session.resumeTasks(top);
  return { here: top, elsewhere };
}
