/** The toolsets that are built in. */
export const TOOLSET_NAMES = [
  "file",
  "file_read",
  "terminal",
  "web",
  "todo",
  "delegation",
  "async_delegation",
] as const;

/** A named set of tools that is granted as a whole; `mcp:<server>` for the tools of an MCP server. */
export type Toolset = typeof TOOLSET_NAMES[number] | `mcp:${string}`;

const MCP = /^mcp:[\w.-]+$/;

/** Whether there may be a toolset of this name. */
export function isToolset(name: string): name is Toolset {
  return TOOLSET_NAMES.some((each) => each === name) || MCP.test(name);
}
