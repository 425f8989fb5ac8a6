import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { codeOf } from "./file_state.ts";

/**
 * When the process with this id started, in the words of the system, the same whenever and by whomever it is asked;
 * null when there is none, when it has ended and only waits to be noticed, or when the system does not say (Windows).
 */
export function processMark(pid: number): string | null {
  return MARKS[process.platform]?.(pid) ?? null;
}

/** Whether the process that had this mark still runs; of one without a mark (""), whether any has its id. */
export function isProcessAlive(pid: number, mark: string): boolean {
  return mark === "" ? isPidTaken(pid) : processMark(pid) === mark;
}

const MARKS: Readonly<Partial<Record<NodeJS.Platform, (pid: number) => string | null>>> = {
  linux: linuxMark,
  darwin: darwinMark,
};

/** Clock ticks since a boot, and which boot (proc_pid_stat(5): state is field 3, starttime field 22). */
function linuxMark(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // the name before it may hold anything
    if (fields[0] === "Z" || fields[0] === "X") return null;
    return `${fields[19]}@${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}`;
  } catch {
    return null; // there is no such process
  }
}

/** To the second; in a fixed language and time zone, because processes may have others. */
function darwinMark(pid: number): string | null {
  try {
    const env = { PATH: "/bin:/usr/bin", LC_ALL: "C", TZ: "UTC" };
    const asked = ["-o", "stat=,lstart=", "-p", String(pid)];
    const line = execFileSync("ps", asked, { env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
      .trim();
    const [state = "", ...start] = line.split(/\s+/);
    return state === "" || state.startsWith("Z") ? null : start.join(" ");
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
