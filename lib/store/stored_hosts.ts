import { isProcessAlive } from "../support/process_mark.ts";
import type { Database } from "./database.ts";
import type { HostKind, HostRow, Hosts } from "./store.ts";

interface Columns {
  readonly host_id: string;
  readonly pid: number;
  readonly start_mark: string;
  readonly kind: HostKind;
  readonly session_id: string;
  readonly socket: string | null;
  readonly since: number;
}

/** The hosts of a database. */
export class DatabaseHosts implements Hosts {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  enter(host: HostRow): boolean {
    return this.#database.transaction(() => {
      if (host.kind === "detached" && this.live().some((other) => other.kind === "detached")) return false;
      this.#database.run(
        `INSERT INTO hosts (host_id, pid, start_mark, kind, session_id, socket, since)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        host.hostId,
        host.pid,
        host.startMark,
        host.kind,
        host.sessionId,
        host.socket,
        host.since,
      );
      return true;
    });
  }

  listens(hostId: string, socket: string): void {
    this.#database.run("UPDATE hosts SET socket = ? WHERE host_id = ?", socket, hostId);
  }

  leave(hostId: string): void {
    this.#database.run("DELETE FROM hosts WHERE host_id = ?", hostId);
  }

  live(): readonly HostRow[] {
    return hostRows(this.#database).filter((host) => isProcessAlive(host.pid, host.startMark));
  }
}

/** All hosts that are entered, alive or not, oldest first. */
export function hostRows(database: Database): HostRow[] {
  return database.all<Columns>("SELECT * FROM hosts ORDER BY since, rowid").map((row) => ({
    hostId: row.host_id,
    pid: row.pid,
    startMark: row.start_mark,
    kind: row.kind,
    sessionId: row.session_id,
    socket: row.socket,
    since: row.since,
  }));
}
