import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { HostRow } from "../../store/store.ts";

/** What a host leaves in `run/` when it dies. */
const LEFT = /^(.+)\.(sock|token)$/;

/**
 * Removes the sockets and tokens of hosts that are no more. `live` are all that were entered and live; a host is entered
 * before it makes either file. `dead` are those whose sockets may lie elsewhere.
 */
export function sweepRun(home: string, live: readonly HostRow[], dead: readonly HostRow[] = []): void {
  for (const { socket } of dead) if (socket !== null) remove(socket);
  for (const name of filesIn(join(home, "run"))) {
    const hostId = LEFT.exec(name)?.[1];
    if (hostId !== undefined && !live.some((host) => host.hostId === hostId)) remove(join(home, "run", name));
  }
}

function filesIn(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return []; // nobody has listened yet
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // A named pipe, or a directory that is not ours any more: it hurts nobody.
  }
}
