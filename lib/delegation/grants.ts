import type { Risk } from "../tools/approval/risk.ts";

/** What somebody says of an action, and for what else that holds: every action with the same risks. */
export interface Verdict {
  readonly allow: boolean;
  readonly scope: "once" | "task" | "session";
}

/** What was allowed or denied for more than once. */
export class Grants {
  readonly #session = new Map<Risk, boolean>();
  readonly #tasks = new Map<string, Map<Risk, boolean>>();
  /** Actions that were denied, so that nobody is asked for the same again. */
  readonly #denied = new Set<string>();

  /** True: allowed for all its risks; false: denied for one of them, or in the same words; null: nobody has said. */
  verdict(taskId: string | null, risks: readonly Risk[], what: string): boolean | null {
    const said = risks.map((risk) => this.#tasks.get(taskId ?? "")?.get(risk) ?? this.#session.get(risk));
    if (said.every((each) => each === true)) return true;
    return said.includes(false) || this.#denied.has(keyOf(taskId, what)) ? false : null;
  }

  /** Keeps a verdict as far as it goes; the session's own agent has no task, so that one for it is the session's. */
  remember(
    taskId: string | null,
    risks: readonly Risk[],
    { allow, scope, what }: Verdict & { readonly what: string },
  ): void {
    if (!allow) this.#denied.add(keyOf(taskId, what));
    if (scope === "once") return;
    for (const risk of risks) this.#scope(scope === "session" ? null : taskId).set(risk, allow);
  }

  #scope(taskId: string | null): Map<Risk, boolean> {
    if (taskId === null) return this.#session;
    const grants = this.#tasks.get(taskId) ?? new Map<Risk, boolean>();
    this.#tasks.set(taskId, grants);
    return grants;
  }
}

function keyOf(taskId: string | null, what: string): string {
  return `${taskId ?? ""}\n${what}`;
}
