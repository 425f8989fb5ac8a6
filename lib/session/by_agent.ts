import { readFileSync, readlinkSync } from "node:fs";
import process from "node:process";
import { statFields } from "../support/proc_stat.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** The variables that mark what an agent started, and how each is told; the first that is there counts. */
const MARKS: readonly (readonly [name: string, about: (value: string) => string])[] = [
  ["HERMES_TASK_ID", (id) => `a command of task ${id}`],
  ["HERMES_HOST_ID", () => "a command of an agent"],
  ["HERMES_BY_AGENT", (about) => about],
];
/** More processes above another are none that a person started. */
const MAX_ANCESTORS = 64;

/**
 * What of an agent this process was started by ("a command of task t7f3k9"), told by the marks in its own environment
 * or in that of a process above it; null: nothing of the kind is seen. Only Linux shows the processes above.
 */
export function byAgent(env: Env): string | null {
  const own = markIn((name) => env[name]);
  if (own !== null) return own;
  return firstAbove((pid) => markIn(variablesOf(pid)));
}

/** The same, and also whether this program itself is above: a command that cleared its environment and took the shell's place. */
export function byAgentOrProgram(env: Env): string | null {
  return byAgent(env) ?? firstAbove((pid) => isThisProgram(pid) ? "a command of an agent" : null);
}

/** For what an agent's command starts and what is to outlive the marks: it is still known as an agent's. */
export function passedOn(env: Env): Record<string, string> {
  const about = byAgent(env);
  return about === null ? {} : { HERMES_BY_AGENT: about };
}

function markIn(read: (name: string) => string | undefined): string | null {
  for (const [name, about] of MARKS) {
    const value = read(name);
    if (value) return about(value);
  }
  return null;
}

/** What `look` finds first at the processes above this one, the nearest first. */
function firstAbove(look: (pid: number) => string | null): string | null {
  if (process.platform !== "linux") return null;
  for (let pid = process.ppid, count = 0; pid > 1 && count < MAX_ANCESTORS; pid = parentOf(pid), count++) {
    const found = look(pid);
    if (found !== null) return found;
  }
  return null;
}

/** 0: there is no such process any more. */
function parentOf(pid: number): number {
  try {
    const [, parent] = statFields(readFileSync(`/proc/${pid}/stat`, "utf8"));
    return Number(parent) || 0;
  } catch {
    return 0;
  }
}

/** proc_pid_environ(5); none of it when the process is another user's. */
function variablesOf(pid: number): (name: string) => string | undefined {
  const variables = environOf(pid).split("\0");
  return (name) => variables.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
}

function environOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return ""; // it has ended, or is another user's
  }
}

/** A runtime that runs the source is everybody's: then it cannot be told. */
function isThisProgram(pid: number): boolean {
  if (/\/(deno|bun|node)$/.test(process.execPath)) return false;
  try {
    return readlinkSync(`/proc/${pid}/exe`) === readlinkSync("/proc/self/exe");
  } catch {
    return false;
  }
}
