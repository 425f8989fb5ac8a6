import { ToolFailure } from "../support/errors.ts";
import { isToolset, type Toolset } from "../protocol/toolset.ts";

/** Each toolset with its tools, in the order in which a model is told of them. Empty: see {@linkcode unavailableToolsets}. */
const TOOLSETS: Readonly<Record<Exclude<Toolset, `mcp:${string}`>, readonly string[]>> = {
  file: ["read_file", "write_file", "patch", "search_files"],
  file_read: ["read_file", "search_files"],
  terminal: ["terminal"],
  web: [],
  todo: [],
  delegation: ["delegate_task"],
  async_delegation: [
    "delegate_task_async",
    "check_task",
    "steer_task",
    "collect_task",
    "cancel_task",
    "list_tasks",
  ],
};

/** The tools of these toolsets, each once, in an order that does not depend on that of the toolsets. */
export function toolsOf(toolsets: readonly Toolset[]): string[] {
  const named: ReadonlySet<string> = new Set(toolsets);
  return [...new Set(Object.entries(TOOLSETS).flatMap(([name, tools]) => named.has(name) ? tools : []))];
}

/**
 * Toolset names from a list or from a text with commas, each once.
 * Throws {@linkcode ToolFailure} `unknown_toolset` that lists the known ones.
 */
export function parseToolsets(names: string | readonly string[]): Toolset[] {
  const list = typeof names === "string" ? names.split(",") : names;
  return [...new Set(list.map((name) => name.trim()).filter((name) => name !== ""))].map(parseToolset);
}

/** The toolsets that have no tools here, and why. */
export function unavailableToolsets(): { readonly toolset: string; readonly why: string }[] {
  return Object.entries(TOOLSETS)
    .filter(([, tools]) => tools.length === 0)
    .map(([toolset]) => ({ toolset, why: "this version has no tools for it" }));
}

function parseToolset(name: string): Toolset {
  if (isToolset(name)) return name;
  throw new ToolFailure("unknown_toolset", `Cannot grant toolset "${name}": there is none of that name`, {
    hint: `Toolsets: ${Object.keys(TOOLSETS).join(", ")}, mcp:<server>`,
  });
}
