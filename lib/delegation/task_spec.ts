import type { ModelRef } from "../protocol/model_ref.ts";
import type { CommandBudget } from "../provider/provider.ts";
import type { Toolset } from "../tools/tool.ts";

/** All that was decided about a task when it was taken; never changes. */
export interface TaskSpec {
  readonly taskId: string;
  /** The session that it belongs to, whichever process runs it. */
  readonly sessionId: string;
  readonly name: string | null;
  readonly goal: string;
  readonly context: string | null;
  /** The task whose agent spawned it; null for the session's own agent or the shell. */
  readonly ownerId: string | null;
  /** 1 for a task of the session's own agent. */
  readonly depth: number;
  readonly model: ModelRef;
  readonly tier: string | null;
  /** Why this model, in words. */
  readonly rule: string;
  readonly toolsets: readonly Toolset[];
  readonly limits: TaskLimits;
  /** The budget of the command that delegated it, or the task above it; null: that of its session. */
  readonly command: CommandBudget | null;
  readonly after: readonly string[];
  readonly outputSchema: Readonly<Record<string, unknown>> | null;
  readonly cwd: string;
  /** It was given a budget in US dollars, or one above it was: its model, and all below it, must have a price. */
  readonly needsPrice?: true;
  /** Nothing that it does asks first; absent: as its session says. */
  readonly isYolo?: true;
}

/** What a task may use. `timeoutMs` 0 is none and counts from the start; budgets are null for none. */
export interface TaskLimits {
  readonly maxTurns: number;
  readonly timeoutMs: number;
  readonly tokenBudget: number | null;
  readonly budgetUsd: number | null;
}
