import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { hermesHome } from "../config/home.ts";
import { DATABASE_FILE } from "../store/open_database.ts";
import { isLiveHost } from "../store/is_live_host.ts";
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

/**
 * The same, and also whether this program itself is above, or any that runs agents: a command that cleared its
 * environment and took the shell's place, whatever it calls the program.
 */
export function byAgentOrProgram(env: Env): string | null {
  return byAgent(env) ??
    firstAbove((pid) => isThisProgram(pid) || runsAgents(pid, env) ? "a command of an agent" : null);
}

/** The session and the task whose agent's command this is, by the marks; null: none is named. */
export function agentAbove(env: Env): { readonly taskId: string | null; readonly sessionId: string } | null {
  return agentIn((name) => env[name]) ?? firstAbove((pid) => agentIn(variablesOf(pid)));
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

function agentIn(read: (name: string) => string | undefined): ReturnType<typeof agentAbove> {
  const sessionId = read("HERMES_SESSION_ID");
  return sessionId ? { taskId: read("HERMES_TASK_ID") || null, sessionId } : null;
}

/** What `look` finds first at the processes above this one, the nearest first. */
function firstAbove<Found>(look: (pid: number) => Found | null): Found | null {
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

/** A runtime that runs source is everybody's. */
function isRuntime(path: string): boolean {
  return /\/(deno|bun|node)$/.test(path);
}

/** A copy of the program is as long as it is. */
function isThisProgram(pid: number): boolean {
  if (isRuntime(process.execPath)) return false;
  try {
    return statSync(`/proc/${pid}/exe`).size === statSync("/proc/self/exe").size;
  } catch {
    return false;
  }
}

/**
 * Who runs agents has the database open in which it is entered. A runtime may be running another program that uses the
 * modules of this one, such as its tests: only the database of our own state directory counts then.
 */
function runsAgents(pid: number, env: Env): boolean {
  const isShared = isRuntime(linkOf(`/proc/${pid}/exe`));
  const own = isShared ? ownDatabase(env) : null;
  const databases = openFiles(pid).filter((path) =>
    isShared ? path === own : path.endsWith(`/${DATABASE_FILE}`)
  );
  return [...new Set(databases)].some((path) => isLiveHost(path, pid));
}

/** As `/proc` names it; null where there is none. */
function ownDatabase(env: Env): string | null {
  try {
    return realpathSync(join(hermesHome(env), DATABASE_FILE));
  } catch {
    return null; // nobody has it open
  }
}

function openFiles(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((name) => linkOf(`/proc/${pid}/fd/${name}`));
  } catch {
    return []; // it has ended, or is another user's
  }
}

/** "" when it was closed meanwhile. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
