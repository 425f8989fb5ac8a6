/** A process of the machine, as far as a test cares. */
export interface ProcessSeen {
  readonly pid: number;
  readonly command: string;
}

/**
 * The processes that have to do with a directory: it is in their environment, on their command line, or they
 * work in it. Zombies have none of the three and do not count. Where there is no /proc, nobody is seen.
 */
export function processesOf(directory: string): ProcessSeen[] {
  return pids().filter((pid) => traces(pid).some((text) => text.includes(directory)))
    .map((pid) => ({ pid, command: read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim() }));
}

/** Resolves with those that are still there when a killed process has had `patienceMs` to die. */
export async function processesLeft(directory: string, patienceMs = 2000): Promise<ProcessSeen[]> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const left = processesOf(directory);
    if (left.length === 0 || Date.now() > until) return left;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function pids(): number[] {
  try {
    return Array.from(Deno.readDirSync("/proc"), ({ name }) => Number(name)).filter((pid) => pid > 0);
  } catch {
    return [];
  }
}

function traces(pid: number): string[] {
  return [read(`/proc/${pid}/environ`), read(`/proc/${pid}/cmdline`), workingDirectory(pid)];
}

function workingDirectory(pid: number): string {
  try {
    return Deno.readLinkSync(`/proc/${pid}/cwd`);
  } catch {
    return "";
  }
}

function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
