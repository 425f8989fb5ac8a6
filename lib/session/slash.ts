import type { Verdict } from "../delegation/grants.ts";
import { meantCommand } from "./meant_command.ts";
import { ToolFailure } from "../support/errors.ts";

/** What a line that begins with a slash asks for. */
export type Slash =
  | { readonly type: "call"; readonly tool: string; readonly args: Readonly<Record<string, unknown>> }
  | { readonly type: "model"; readonly name: string }
  /** US dollars to add; null: only look. */
  | { readonly type: "budget"; readonly addUsd: number | null }
  /** Of a task, or of a session. */
  | { readonly type: "resume"; readonly id: string }
  | { readonly type: "sessions" }
  /** Without an id, what waits longest. */
  | { readonly type: "approval"; readonly id: string | undefined; readonly verdict: Verdict }
  | { readonly type: "help" | "stop" | "quit" | "toolsets" | "new" | "compact" | "usage" | "yolo" };

/** One command: how it is used, what it does, and what its words mean. */
interface Command {
  readonly usage: string;
  readonly about: string;
  /** Carried out while a turn runs, out of the order of the lines: wherever they come from, or where a person types. */
  readonly isImmediate?: "always" | "terminal";
  readonly read: (rest: string) => Slash;
}

const LIST: Command = {
  usage: "/list [--all]",
  about: "List the tasks and the slots",
  isImmediate: "always",
  read: (rest) => call("list_tasks", rest, noWords),
};

const NEW: Command = {
  usage: "/new",
  about: "Forget the conversation; tasks go on",
  read: () => ({ type: "new" }),
};

const QUIT: Command = {
  usage: "/quit",
  about: "Leave; on a terminal you say what becomes of tasks that run, else they are cancelled",
  read: () => ({ type: "quit" }),
};

const COMMANDS: Readonly<Record<string, Command>> = {
  help: {
    usage: "/help",
    about: "List these commands",
    isImmediate: "terminal",
    read: () => ({ type: "help" }),
  },
  delegate: {
    usage: "/delegate GOAL",
    about: "Start a child on GOAL in the background",
    read: (rest) =>
      call(
        "delegate_task_async",
        required(rest, "Cannot delegate: no goal is given", "/delegate GOAL"),
        (words) => ({ goal: words }),
      ),
  },
  check: {
    usage: "/check ID",
    about: "Show a task and the end of its output",
    isImmediate: "always",
    read: (rest) => call("check_task", rest, (words) => ({ task_id: words })),
  },
  steer: {
    usage: "/steer ID MESSAGE",
    about: "Tell a task something; answers its question",
    isImmediate: "always",
    read: (rest) => withMessage(call("steer_task", rest, firstWordAnd("task_id", "message"))),
  },
  collect: {
    usage: "/collect ID...",
    about: "Wait for tasks and show their summaries",
    read: (rest) => call("collect_task", rest, taskIds),
  },
  cancel: {
    usage: "/cancel ID [REASON]",
    about: "Stop a task and all below it",
    isImmediate: "always",
    read: (rest) => call("cancel_task", rest, firstWordAnd("task_id", "reason")),
  },
  list: LIST,
  approve: {
    usage: "/approve [ID]",
    about: "Allow what waits; --task or --session: its like too",
    isImmediate: "terminal",
    read: (rest) => approval(rest, true),
  },
  deny: {
    usage: "/deny [ID]",
    about: "Deny what waits; --task or --session: its like too",
    isImmediate: "terminal",
    read: (rest) => approval(rest, false),
  },
  yolo: {
    usage: "/yolo",
    about: "Stop or begin to ask before dangerous actions",
    isImmediate: "terminal",
    read: () => ({ type: "yolo" }),
  },
  agents: { ...LIST, usage: "/agents", about: "The same as /list" },
  tasks: { ...LIST, usage: "/tasks", about: "The same as /list" },
  model: {
    usage: "/model [NAME]",
    about: "Show or change the model of the chat",
    read: (rest) => ({ type: "model", name: rest }),
  },
  budget: {
    usage: "/budget [+USD]",
    about: "Show what the session has used, or allow it more",
    read: (rest) => ({ type: "budget", addUsd: readUsd(rest) }),
  },
  usage: {
    usage: "/usage",
    about: "Show tokens and cost by model and key",
    read: () => ({ type: "usage" }),
  },
  toolsets: { usage: "/toolsets", about: "List what can be granted", read: () => ({ type: "toolsets" }) },
  compact: {
    usage: "/compact",
    about: "Shorten the conversation: old tool results first, then a summary",
    read: () => ({ type: "compact" }),
  },
  sessions: {
    usage: "/sessions",
    about: "List recent sessions",
    read: () => ({ type: "sessions" }),
  },
  resume: {
    usage: "/resume ID",
    about: "Let an interrupted task go on",
    read: (rest) => ({ type: "resume", id: rest }),
  },
  new: NEW,
  clear: { ...NEW, usage: "/clear", about: "The same as /new" },
  stop: {
    usage: "/stop",
    about: "Stop the turn that runs; tasks go on",
    isImmediate: "always",
    read: () => ({ type: "stop" }),
  },
  quit: QUIT,
  exit: { ...QUIT, usage: "/exit", about: "The same as /quit" },
};

/** Whether a line is a slash command, known or not: a slash and a word, so that paths and comments are none. */
export function isSlash(line: string): boolean {
  return /^\/[a-z]+(\s|$)/.test(line);
}

/** Whether a line is a command that does not wait for the turn that runs; `isPerson`: somebody types it. */
export function isImmediate(line: string, { isPerson }: { readonly isPerson: boolean }): boolean {
  const when = COMMANDS[wordOf(line)]?.isImmediate;
  return when === "always" || (when === "terminal" && isPerson);
}

/**
 * Reads a slash command. Its words are the arguments of the tool in their order, `--name value` sets any other, and
 * one JSON object sets them all. Throws {@linkcode ToolFailure} for a command that there is not.
 */
export function parseSlash(line: string): Slash {
  const word = wordOf(line);
  const command = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  if (command !== undefined) return command.read(line.slice(word.length + 1).trim());
  const meant = meantCommand(word, Object.keys(COMMANDS));
  const suggestion = meant === null ? "" : `, did you mean "/${meant}"?`;
  throw new ToolFailure("unknown_command", `Cannot run "/${word}": there is no such command${suggestion}`, {
    hint: `Commands: ${Object.keys(COMMANDS).map((name) => `/${name}`).join(", ")}`,
  });
}

/** How the command of a line is used. */
export function usageOf(line: string): string {
  return COMMANDS[wordOf(line)]?.usage ?? "";
}

/** The commands with their usage, for /help. */
export function slashHelp(): readonly { readonly usage: string; readonly about: string }[] {
  return Object.values(COMMANDS).map(({ usage, about }) => ({ usage, about }));
}

function wordOf(line: string): string {
  return /^\/([a-z]*)/.exec(line)?.[1] ?? "";
}

function call(tool: string, rest: string, positional: (words: string) => Record<string, unknown>): Slash {
  if (rest.startsWith("{")) return { type: "call", tool, args: jsonArguments(rest) };
  const { words, named } = splitOptions(rest);
  return { type: "call", tool, args: { ...(words === "" ? {} : positional(words)), ...named } };
}

/** Throws {@linkcode ToolFailure} where there is nothing but options. */
function required(rest: string, message: string, usage: string): string {
  if (rest !== "" && !rest.startsWith("--")) return rest;
  throw new ToolFailure("invalid_arguments", message, { hint: `Usage: ${usage}` });
}

/** Throws {@linkcode ToolFailure} for a task that is told nothing. */
function withMessage(slash: Slash): Slash {
  if (slash.type !== "call" || slash.args.task_id === undefined || slash.args.message !== undefined) {
    return slash;
  }
  throw new ToolFailure("invalid_arguments", `Cannot steer ${slash.args.task_id}: no message is given`, {
    hint: "Usage: /steer ID MESSAGE",
  });
}

function jsonArguments(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ToolFailure("invalid_arguments", "Cannot read the arguments: they are not one JSON object", {
      cause: error,
    });
  }
}

/** Takes `--name value` and a `--name` without one from the end of a line; what stands before is left as it is. */
function splitOptions(rest: string): { words: string; named: Record<string, unknown> } {
  const named: Record<string, unknown> = {};
  let words = rest;
  for (;;) {
    const match = /(?:^|\s)--([a-z][a-z_-]*)(?:[ =]([^\s]+))?$/.exec(words);
    if (match === null) return { words: words.trim(), named };
    const name = (match[1] ?? "").replaceAll("-", "_");
    named[name] = match[2] === undefined ? true : optionValue(name, match[2]);
    words = words.slice(0, match.index);
  }
}

/** The arguments that are lists: their values may be written with commas between them. */
const LISTS: readonly string[] = ["toolsets", "after", "task_ids"];

function optionValue(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return LISTS.includes(name) ? text.split(",") : text;
  }
}

function firstWordAnd(first: string, second: string): (words: string) => Record<string, unknown> {
  return (words) => {
    const [word = "", rest = ""] = words.split(/\s+([^]*)/, 2);
    return { [first]: word, ...(rest === "" ? {} : { [second]: rest }) };
  };
}

function approval(rest: string, allow: boolean): Slash {
  const { words, named } = splitOptions(rest);
  const scopes = Object.keys(named);
  const [scope = "once"] = scopes;
  if (scopes.length > 1 || !isScope(scope) || /\s/.test(words)) {
    throw new ToolFailure(
      "invalid_arguments",
      `Cannot read "${rest}": expected an id, and --task or --session`,
    );
  }
  return { type: "approval", id: words === "" ? undefined : words, verdict: { allow, scope } };
}

function isScope(word: string): word is Verdict["scope"] {
  return word === "once" || word === "task" || word === "session";
}

function readUsd(words: string): number | null {
  if (words === "") return null;
  const match = /^\+(\d+\.?\d*|\.\d+)$/.exec(words);
  if (match !== null) return Number(match[1]);
  throw new ToolFailure(
    "invalid_arguments",
    `Cannot read "${words}": expected US dollars to add, such as +5`,
  );
}

function taskIds(words: string): Record<string, unknown> {
  const ids = words.split(/\s+/);
  return ids.length === 1 ? { task_id: ids[0] } : { task_ids: ids };
}

function noWords(words: string): Record<string, unknown> {
  throw new ToolFailure("invalid_arguments", `Cannot read "${words}": /list takes only --all and --status`);
}
