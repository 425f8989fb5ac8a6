import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";

/** The ids of the processes of this user whose environment has one of `values` under `name`; none where it cannot be told. */
export function markedProcesses(name: string, values: readonly string[]): readonly number[] {
  if (values.length === 0) return [];
  const marks = values.map((value) => `${name}=${value}`);
  if (process.platform === "linux") return inProc(marks);
  return process.platform === "win32" ? [] : byPs(marks);
}

function inProc(marks: readonly string[]): readonly number[] {
  return readdirSync("/proc").filter((entry) => /^\d+$/.test(entry)).filter((entry) => {
    try {
      const variables = readFileSync(`/proc/${entry}/environ`, "utf8").split("\0");
      return marks.some((mark) => variables.includes(mark));
    } catch {
      return false; // it has ended meanwhile, or is another user's
    }
  }).map(Number);
}

/** `ps e` writes the environment after the command (BSD and macOS). */
function byPs(marks: readonly string[]): readonly number[] {
  const options = { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 } as const;
  return execFileSync("ps", ["-xEww", "-o", "pid=,command="], options).split("\n").filter((line) => {
    const words = line.split(" ");
    return marks.some((mark) => words.includes(mark));
  }).map((line) => Number.parseInt(line, 10));
}
