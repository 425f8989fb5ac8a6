import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { codeOf } from "./file_state.ts";
import { statFields } from "./proc_stat.ts";

/**
 * When the process with this id started, in the words of the system, the same whenever and by whomever it is asked;
 * null when there is none, when it has ended and only waits to be noticed, or when the system does not say (Windows).
 */
export function processMark(pid: number): string | null {
  return READERS[process.platform]?.(pid)?.mark ?? null;
}

/** Whether the process that had this mark still runs; of one without a mark (""), whether any has its id. */
export function isProcessAlive(pid: number, mark: string): boolean {
  return mark === "" ? isPidTaken(pid) : processMark(pid) === mark;
}

/** Whether it runs, stands still until a SIGCONT, or is not there any more. */
export type ProcessState = "runs" | "stopped" | "gone";

/** How the process that had this mark is; where the system does not tell of stopped ones (Windows) all others run. */
export function processState(pid: number, mark: string): ProcessState {
  const seen = READERS[process.platform]?.(pid);
  if (mark === "" ? !isPidTaken(pid) : seen?.mark !== mark) return "gone";
  return seen?.isStopped === true ? "stopped" : "runs";
}

interface Seen {
  readonly mark: string;
  readonly isStopped: boolean;
}

const READERS: Readonly<Partial<Record<NodeJS.Platform, (pid: number) => Seen | null>>> = {
  linux: seenOnLinux,
  darwin: seenOnDarwin,
};

/** Clock ticks since a boot, and which boot (proc_pid_stat(5): state is field 3, starttime field 22). */
function seenOnLinux(pid: number): Seen | null {
  try {
    const fields = statFields(readFileSync(`/proc/${pid}/stat`, "utf8"));
    const [state = "X"] = fields;
    if (state === "Z" || state === "X") return null;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return { mark: `${fields[19]}@${boot}`, isStopped: state === "T" || state === "t" };
  } catch {
    return null; // there is no such process
  }
}

/** To the second; in a fixed language and time zone, because processes may have others. */
function seenOnDarwin(pid: number): Seen | null {
  try {
    const env = { PATH: "/bin:/usr/bin", LC_ALL: "C", TZ: "UTC" };
    const asked = ["-o", "stat=,lstart=", "-p", String(pid)];
    const line = execFileSync("ps", asked, { env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
      .trim();
    const [state = "", ...start] = line.split(/\s+/);
    if (state === "" || state.startsWith("Z")) return null;
    return { mark: start.join(" "), isStopped: state.startsWith("T") };
  } catch {
    return null; // there is no such process
  }
}

function isPidTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM"; // it is another user's
  }
}
