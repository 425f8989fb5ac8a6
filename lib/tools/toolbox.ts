import type { ToolSchema } from "../protocol/conversation.ts";
import { loadTool } from "./catalogue.ts";
import type { Tool } from "./tool.ts";

/** The tools of one agent. Each is loaded when it is first needed and kept, so that a later call finds it at once. */
export class Toolbox {
  readonly names: readonly string[];
  readonly #loaded = new Map<string, Tool<unknown>>();
  #schemas: Promise<readonly ToolSchema[]> | null = null;

  /** `names` in the order in which the model is told of them. */
  constructor(names: readonly string[]) {
    this.names = names;
  }

  has(name: string): boolean {
    return this.names.includes(name);
  }

  /** The tool, if it was loaded before. */
  find(name: string): Tool<unknown> | undefined {
    return this.#loaded.get(name);
  }

  /** Loads a tool. Rejects with a `RangeError` when there is none of that name. */
  async load(name: string): Promise<Tool<unknown>> {
    const tool = this.#loaded.get(name) ?? await loadTool(name);
    this.#loaded.set(name, tool);
    return tool;
  }

  /** What the model is told of the tools, in their order; loads them all, once. */
  schemas(): Promise<readonly ToolSchema[]> {
    this.#schemas ??= this.#describe();
    return this.#schemas;
  }

  async #describe(): Promise<readonly ToolSchema[]> {
    const [{ toolSchema }, ...tools] = await Promise.all([
      import("./tool_schema.ts"),
      ...this.names.map((name) => this.load(name)),
    ]);
    return tools.map(toolSchema);
  }
}
