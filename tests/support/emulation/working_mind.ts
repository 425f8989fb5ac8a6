import { silence } from "../scripted_server.ts";
import type { Asked, Entry } from "./asked.ts";
import type { Mind } from "./emulated_server.ts";
import type { Said } from "./family.ts";

/** Words of a goal that decide how a child works. */
export const ENDLESS = "without an end";
/** A goal whose third request is not answered the first time. */
export const INTERRUPTED = "that breaks off";

/**
 * A model that works in every way that makes histories: two calls at once with a word before them, one without, an
 * answer; `spawn` has a child that is told more while it works. Without leave to call it hands over, or sums up.
 */
export function workingMind(): Mind {
  let isSilent = true;
  return (asked) => {
    if (!asked.mayCall) return { text: "What was done so far" };
    const begin = asked.entries.findLastIndex(isTask);
    const task = asked.entries[begin]?.text ?? "";
    const step = asked.entries.slice(begin).filter(({ role }) => role === "assistant").length;
    if (!asked.tools.includes("finish")) {
      return task.includes("spawn") ? spawning(asked, step) : working(task.trim(), step);
    }
    if (task.includes(INTERRUPTED) && step === 2 && isSilent) {
      isSilent = false;
      return silence();
    }
    return ofChild(task, step);
  };
}

/** The same, that in its first turn says and calls what few servers would take back from anybody. */
export function oddMind(): Mind {
  const mind = workingMind();
  return (asked) => {
    const said = mind(asked);
    if (typeof said === "function" || !said.text?.startsWith("I look into turn 1")) return said;
    const calls = [{ name: "mcp.some.tool:v2", args: { half: "\ud83d" } }, ...(said.calls ?? [])];
    return { text: " \n ", calls };
  };
}

/** What began a turn of the chat, or a child's task; what is said between comes on top. */
function isTask({ role, text }: Entry): boolean {
  return role === "user" && /\b(turn \d|spawn|work) ?/.test(text);
}

function working(task: string, step: number): Said {
  const name = task.match(/turn \d+/)?.[0] ?? "turn";
  if (step === 0) {
    return { text: `I look into ${name}`, calls: [run(`echo ${name} a`), run(`echo ${name} b`)] };
  }
  return step === 1 ? { calls: [run(`echo ${name} c`)] } : { text: `answer to ${name}` };
}

function spawning(asked: Asked, step: number): Said {
  const result = asked.entries.findLast(({ role, text }) => role === "tool" && text.includes("task_id"));
  const task_id = result?.text.match(/"task_id":\s*"(\w+)"/)?.[1] ?? "unknown";
  if (step === 0) return { calls: [{ name: "delegate_task_async", args: { goal: "work until told" } }] };
  if (step === 1) return { calls: [{ name: "steer_task", args: { task_id, message: "look twice" } }] };
  if (step === 2) return { calls: [run("touch go"), { name: "collect_task", args: { task_id } }] };
  return { text: "answer to spawn" };
}

function ofChild(task: string, step: number): Said {
  if (task.includes("until told") && step === 0) {
    return { calls: [run("while [ ! -e go ]; do sleep 0.05; done; echo went")] };
  }
  if (!task.includes(ENDLESS) && step >= 3) {
    return { calls: [{ name: "finish", args: { summary: "all of it is done", outcome: "done" } }] };
  }
  return step % 2 === 0
    ? { text: "On with it", calls: [run(`echo ${step} a`), run(`echo ${step} b`)] }
    : { calls: [run(`echo ${step} c`)] };
}

function run(command: string) {
  return { name: "terminal", args: { command } };
}
