import { fstatSync, lstatSync, readdirSync, readlinkSync } from "node:fs";
import process from "node:process";

/**
 * Whether the process that started this one holds the other end of standard input, which it may never write to or close: a
 * socket, or, where /proc tells, a pipe of its own. The pipe of a shell's pipeline belongs to the command before it.
 */
export function isStdinHeld(): boolean {
  try {
    return fstatSync(0).isSocket() || isPipeOf(process.ppid);
  } catch {
    return false; // no /proc, or not ours to read
  }
}

function isPipeOf(pid: number): boolean {
  const own = readlinkSync("/proc/self/fd/0");
  const fds = `/proc/${pid}/fd`;
  return own.startsWith("pipe:") && readdirSync(fds).some((fd) => isOpenToWrite(`${fds}/${fd}`, own));
}

/** The mode of such a link says how the file is open (proc_pid_fd(5)). */
function isOpenToWrite(link: string, target: string): boolean {
  try {
    return readlinkSync(link) === target && (lstatSync(link).mode & 0o200) !== 0;
  } catch {
    return false; // closed meanwhile
  }
}
