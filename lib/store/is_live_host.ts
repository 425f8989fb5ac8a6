import { existsSync } from "node:fs";
import { isProcessAlive } from "../support/process_mark.ts";
import { Database } from "./database.ts";
import { hostRows } from "./stored_hosts.ts";

/** Whether a process is entered as a host in a database of sessions and lives; false too where the file is no such thing. */
export function isLiveHost(path: string, pid: number): boolean {
  if (!existsSync(path)) return false;
  try {
    using database = new Database(path);
    return hostRows(database).some((host) => host.pid === pid && isProcessAlive(pid, host.startMark));
  } catch {
    return false; // it is another program's, or of a hermes that had no hosts
  }
}
