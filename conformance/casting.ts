import type { Adapter } from "./adapter.ts";
import { type ChatBody, textOf } from "./wire.ts";

/** Tells whose request it is that came. */
export class Casting {
  readonly #isChild: (body: ChatBody) => boolean;
  readonly #known = new Map<string, string | null>();

  constructor(adapter: Adapter) {
    const finish = adapter.toCall?.({ name: "finish", args: {} }).name ?? "finish";
    this.#isChild = adapter.isChild?.bind(adapter) ??
      (({ tools = [] }) => tools.some((tool) => tool.function.name === finish));
  }

  /**
   * The goal of the child that asks, null for the parent. A conversation is known by how it opens, up to its first user
   * message, so that a request without tools finds its agent; a child's goal is the last that stands there.
   */
  goalOf(body: ChatBody): string | null {
    const first = body.messages.findIndex(({ role }) => role === "user");
    const opening = body.messages.slice(0, first + 1).map(textOf).join("\n");
    const known = this.#known.get(opening);
    if (known !== undefined) return known;
    const goal = this.#isChild(body)
      ? opening.match(/GOAL-[A-Z]+/g)?.at(-1) ?? "a child of no known goal"
      : null;
    this.#known.set(opening, goal);
    return goal;
  }
}
