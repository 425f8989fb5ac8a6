import type { TokenUsage } from "../protocol/conversation.ts";
import { sumUsage, type UsageGroup, type UsageSum } from "../store/usage.ts";
import type { StoredUsage } from "../store/usage_query.ts";

/** What requests came to, as it is printed. */
export interface UsageFigures {
  readonly requests: number;
  /** Those that were cut before their usage came: their tokens are our estimate. */
  readonly estimated_requests: number;
  readonly tokens: TokenUsage;
  /** The part of the input that was read from the providers' caches, from 0 to 1; null: there was no input. */
  readonly cached_share: number | null;
  /** Of those whose price is known; null: of none. */
  readonly cost_usd: number | null;
  /** Those that used tokens without a known price. */
  readonly unpriced_requests: number;
}

/** The requests to one model. */
export interface ModelUsage extends UsageFigures {
  readonly provider: string;
  readonly model: string;
}

/** The requests with one key, which is never shown itself. */
export interface KeyUsage extends UsageFigures {
  readonly provider: string;
  readonly label: string | null;
  /** Null: without a key. */
  readonly fingerprint: string | null;
}

/** The requests of a task, and of it with all below it; the task null: the session's own agent. */
export interface TaskUsage extends UsageFigures {
  readonly task_id: string | null;
  readonly parent_task_id: string | null;
  readonly goal: string | null;
  readonly subtree: UsageFigures;
}

/** US dollars under a cap. */
export interface CapUsage {
  readonly used_usd: number;
  /** Reserved by requests under way. */
  readonly held_usd: number;
  readonly limit_usd: number;
}

/** What `hermes usage --json` prints. */
export interface UsageReport {
  readonly scope: "day" | "session" | "all";
  readonly session_id: string | null;
  readonly total: UsageFigures;
  readonly models: readonly ModelUsage[];
  readonly keys: readonly KeyUsage[];
  readonly days: readonly (UsageFigures & { readonly day: string })[];
  /** Of a session; empty otherwise. */
  readonly tasks: readonly TaskUsage[];
  /** `provider/model` of those that used tokens without a known price, where somebody bills for them. */
  readonly prices_unknown: readonly string[];
  /** Of today, where it has a cap. */
  readonly budget: { readonly day: CapUsage | null };
}

/** A task as far as the report needs it. */
export interface ReportedTask {
  readonly taskId: string;
  readonly ownerId: string | null;
  readonly goal: string | null;
}

/** The part of a report that any groups of requests have. */
export function reportGroups(
  groups: readonly UsageGroup[],
  { labelOf, isBilled }: {
    readonly labelOf: (fingerprint: string) => string | null;
    /** Whether somebody takes money for what a provider does. */
    readonly isBilled: (provider: string) => boolean;
  },
): Pick<UsageReport, "total" | "models" | "keys" | "prices_unknown"> {
  const models = by(groups, ({ provider, model }) => ({ provider, model }));
  return {
    total: figures(sumUsage(groups)),
    models,
    keys: by(groups, ({ provider, key }) => ({
      provider,
      label: key === null ? null : labelOf(key),
      fingerprint: key,
    })),
    prices_unknown: models.filter((each) => each.unpriced_requests > 0 && isBilled(each.provider))
      .map(({ provider, model }) => `${provider}/${model}`),
  };
}

/** What each day came to, the oldest first. */
export function reportDays(groups: readonly StoredUsage[]): UsageReport["days"] {
  return by(groups, ({ day }) => ({ day })).toSorted((a, b) => a.day < b.day ? -1 : 1);
}

/** What the session's own agent and each of its tasks came to, each task after the one above it. */
export function reportTasks(
  groups: readonly StoredUsage[],
  tasks: readonly ReportedTask[],
): readonly TaskUsage[] {
  const below = (id: string | null): readonly UsageSum[] => [
    ...groups.filter(({ taskId }) => taskId === id),
    ...tasks.filter(({ ownerId }) => ownerId === id).flatMap(({ taskId }) => below(taskId)),
  ];
  const line = (task_id: string | null, parent_task_id: string | null, goal: string | null): TaskUsage => ({
    task_id,
    parent_task_id,
    goal,
    ...figures(sumUsage(groups.filter(({ taskId }) => taskId === task_id))),
    subtree: figures(sumUsage(below(task_id))),
  });
  const under = (id: string | null): readonly TaskUsage[] =>
    tasks.filter(({ ownerId }) => ownerId === id)
      .flatMap(({ taskId, ownerId, goal }) => [line(taskId, ownerId, goal), ...under(taskId)]);
  return [line(null, null, null), ...under(null)];
}

/** Adds groups up that have the same name, in the order in which they came. */
function by<Group extends UsageSum, Name extends object>(
  groups: readonly Group[],
  nameOf: (group: Group) => Name,
): readonly (Name & UsageFigures)[] {
  const named = Map.groupBy(groups, (group) => JSON.stringify(nameOf(group)));
  return [...named.values()].flatMap((same) => {
    const first = same[0];
    return first === undefined ? [] : [{ ...nameOf(first), ...figures(sumUsage(same)) }];
  });
}

function figures({ requests, estimates, usage, usd, unpriced }: UsageSum): UsageFigures {
  return {
    requests,
    estimated_requests: estimates,
    tokens: usage,
    cached_share: usage.input === 0 ? null : Number((usage.cached / usage.input).toFixed(4)),
    cost_usd: usd,
    unpriced_requests: unpriced,
  };
}
