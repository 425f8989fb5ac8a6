import { execFile, execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import process from "node:process";
import { promisify } from "node:util";

/** The ids of the processes of this user whose environment has one of `values` under `name`; none where it cannot be told. */
export function markedProcesses(name: string, values: readonly string[]): readonly number[] {
  if (values.length === 0 || process.platform === "win32") return [];
  const marks = values.map((value) => `${name}=${value}`);
  if (process.platform !== "linux") return marked(execFileSync(PS, PS_ARGS, PS_OPTIONS), marks);
  return readdirSync("/proc").filter(isPid).filter((pid) => {
    try {
      return carries(readFileSync(environOf(pid), "utf8"), marks);
    } catch {
      return false; // it has ended meanwhile, or is another user's
    }
  }).map(Number);
}

/** The same for one value, without holding up the process: there may be thousands to look at. */
export async function findMarked(name: string, value: string): Promise<readonly number[]> {
  if (process.platform === "win32") return [];
  const marks = [`${name}=${value}`];
  if (process.platform !== "linux") {
    return marked((await promisify(execFile)(PS, PS_ARGS, PS_OPTIONS)).stdout, marks);
  }
  const pids = (await readdir("/proc")).filter(isPid);
  const found = await Promise.all(
    pids.map(async (pid) => carries(await readFile(environOf(pid), "utf8").catch(() => ""), marks)),
  );
  return pids.filter((_, index) => found[index]).map(Number);
}

function isPid(entry: string): boolean {
  return /^\d+$/.test(entry);
}

/** proc_pid_environ(5): as it was when the program started, each variable ended by a null byte. */
function environOf(pid: string): string {
  return `/proc/${pid}/environ`;
}

function carries(environ: string, marks: readonly string[]): boolean {
  return marks.some((mark) => environ.includes(mark)) &&
    environ.split("\0").some((variable) => marks.includes(variable));
}

/** `ps e` writes the environment after the command (BSD and macOS). */
const PS = "ps";
const PS_ARGS = ["-xEww", "-o", "pid=,command="];
const PS_OPTIONS = { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 } as const;

function marked(lines: string, marks: readonly string[]): readonly number[] {
  return lines.split("\n").filter((line) => {
    const words = line.split(" ");
    return marks.some((mark) => words.includes(mark));
  }).map((line) => Number.parseInt(line, 10));
}
