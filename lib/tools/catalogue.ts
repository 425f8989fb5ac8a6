import type { Tool } from "./tool.ts";

/** What a tool's module exports. */
interface ToolModule {
  readonly tool: Tool<unknown>;
}

type Loader = () => Promise<ToolModule>;

/** Where each tool is. Loaded at its first call, so that a child that calls none pays for none. */
const LOADERS: Readonly<Record<string, Loader>> = {
  read_file: () => import("./file/read_file.ts"),
  write_file: () => import("./file/write_file.ts"),
  patch: () => import("./file/patch.ts"),
  search_files: () => import("./file/search_files.ts"),
  terminal: () => import("./terminal/terminal.ts"),
  delegate_task: () => import("./delegation/delegate_task.ts"),
  delegate_task_async: () => import("./delegation/delegate_task_async.ts"),
  check_task: () => import("./delegation/check_task.ts"),
  steer_task: () => import("./delegation/steer_task.ts"),
  collect_task: () => import("./delegation/collect_task.ts"),
  cancel_task: () => import("./delegation/cancel_task.ts"),
  list_tasks: () => import("./delegation/list_tasks.ts"),
  finish: () => import("./delegation/finish.ts"),
  ask_parent: () => import("./delegation/ask_parent.ts"),
};

/** Whether there is a tool of that name, granted or not. */
export function isTool(name: string): boolean {
  return Object.hasOwn(LOADERS, name);
}

/** The tool of that name. Rejects with a `RangeError` when there is none: ask {@linkcode isTool} before. */
export async function loadTool(name: string): Promise<Tool<unknown>> {
  const load = isTool(name) ? LOADERS[name] : undefined;
  if (load === undefined) throw new RangeError(`no tool "${name}"`);
  return (await load()).tool;
}
