import type { Caps, TaskAccount } from "../provider/provider.ts";
import type { Supervisor } from "./supervisor.ts";
import type { TaskRecord } from "./task_record.ts";

/**
 * Who pays for the requests of a task, and how much at most: of its own budget what it and all below it have left of it,
 * whichever run used the rest.
 */
export function accountOf(
  supervisor: Pick<Supervisor, "ground" | "table">,
  record: TaskRecord,
): TaskAccount {
  const { id, spec, progress } = record;
  const owner = spec.ownerId === null ? undefined : supervisor.table.get(spec.ownerId);
  return {
    taskId: id,
    parentId: spec.ownerId,
    above: owner === undefined || !record.isResumed ? null : accountOf(supervisor, owner),
    sessionId: spec.sessionId,
    caps: capsLeft(supervisor, record),
    command: supervisor.ground.payerOf(spec),
    onWait: (why) => progress.waitingFor = why,
    onBooked: ({ usage, usd }) => progress.addUsage(usage, usd),
  };
}

function capsLeft({ ground, table }: Pick<Supervisor, "ground" | "table">, record: TaskRecord): Caps {
  const { budgetUsd, tokenBudget } = record.spec.limits;
  const { tokens, cost_usd } = table.subtree(record);
  const requests = [record, ...table.seenBy(record.id)].reduce(
    (sum, each) => sum + each.evidence.requests,
    0,
  );
  return {
    usd: left(budgetUsd, cost_usd ?? 0),
    tokens: left(tokenBudget, tokens.input + tokens.output),
    requests: left(ground.config.budget.task.requests, requests),
  };
}

function left(cap: number | null, used: number): number | null {
  return cap === null ? null : Math.max(0, cap - used);
}
