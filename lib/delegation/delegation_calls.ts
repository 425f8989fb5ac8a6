import type { CancelReply, CheckReply, ListReply, SpawnReply, SteerReply } from "../protocol/task_view.ts";
import type { CancelArguments } from "../tools/delegation/cancel_task.ts";
import type { CheckArguments } from "../tools/delegation/check_task.ts";
import type { CollectArguments } from "../tools/delegation/collect_task.ts";
import type { DelegateArguments } from "../tools/delegation/delegate_task.ts";
import type { ListArguments } from "../tools/delegation/list_tasks.ts";
import type { SteerArguments } from "../tools/delegation/steer_task.ts";
import type { TaskRequest } from "../tools/delegation/task_arguments.ts";
import { claimFor, collect, delegate } from "./collect.ts";
import type { Caller } from "./ground.ts";
import { summaryOf } from "./notice.ts";
import { assertSchemas } from "./output_schema.ts";
import type { Supervisor } from "./supervisor.ts";
import type { TaskRecord } from "./task_record.ts";
import { toSeconds } from "./view.ts";
import { shortened } from "../support/cut_text.ts";

/** The arguments of each delegation tool, as dispatch has validated them. */
interface CallArguments {
  delegate_task_async: TaskRequest;
  check_task: CheckArguments;
  steer_task: SteerArguments;
  collect_task: CollectArguments;
  cancel_task: CancelArguments;
  list_tasks: ListArguments;
  delegate_task: DelegateArguments;
}

type Call<Args> = (supervisor: Supervisor, args: Args, caller: Caller, signal: AbortSignal) => unknown;

const CALLS: { readonly [Name in keyof CallArguments]: Call<CallArguments[Name]> } = {
  delegate_task_async: spawn,
  check_task: check,
  steer_task: steer,
  collect_task: collect,
  cancel_task: cancel,
  list_tasks: list,
  delegate_task: delegate,
};

/**
 * Answers a delegation tool on behalf of `caller`; the arguments were validated by dispatch. The three faces (model,
 * slash command, shell) all come here. Rejects with {@linkcode ToolFailure}, or with the signal's reason.
 */
export async function callDelegation(
  supervisor: Supervisor,
  name: string,
  args: unknown,
  caller: Caller,
  signal: AbortSignal,
): Promise<unknown> {
  if (!Object.hasOwn(CALLS, name)) throw new TypeError(`There is no delegation tool "${name}"`);
  // The name picks the arguments that dispatch validated by the schema of the same name.
  const call = CALLS[name as keyof CallArguments] as Call<unknown>;
  return await call(supervisor, args, caller, signal);
}

const NOTE =
  "Started in the background: there is no result yet, and none may be stated. It comes as a message when the " +
  "task ends, or by collect_task.";

/** How many of its last lines a look shows. */
const PREVIEW_LINES = 10;
/** How much of a goal a list shows to a model; people get what there is room for, programs the record. */
const LIST_GOAL_CHARS = 60;

async function spawn(supervisor: Supervisor, request: TaskRequest, caller: Caller): Promise<SpawnReply> {
  await assertSchemas([request]);
  return spawnChecked(supervisor, request, caller);
}

/** Takes a task whose output schema was checked, within this call. Throws {@linkcode ToolFailure}. */
export function spawnChecked(supervisor: Supervisor, request: TaskRequest, caller: Caller): SpawnReply {
  const [record] = supervisor.spawn([request], caller) as [TaskRecord]; // one for one
  const { maxTurns, timeoutMs, tokenBudget, budgetUsd } = record.spec.limits;
  return {
    ...supervisor.view(record),
    limits: {
      max_turns: maxTurns,
      timeout_s: toSeconds(timeoutMs),
      token_budget: tokenBudget,
      budget_usd: budgetUsd,
    },
    slots: supervisor.slots.view,
    note: NOTE,
  };
}

function check(supervisor: Supervisor, { task_id }: CheckArguments, caller: Caller): CheckReply {
  const record = supervisor.table.find(task_id, caller.ownerId);
  return { ...supervisor.view(record), output_preview: record.progress.output.lastLines(PREVIEW_LINES) };
}

function steer(supervisor: Supervisor, args: SteerArguments, caller: Caller): SteerReply {
  const record = supervisor.table.find(args.task_id, caller.ownerId);
  const steer_id = supervisor.steer(record, args.message, args.mode ?? "next");
  return { ok: true, task_id: record.id, steer_id, state: "queued" };
}

async function cancel(
  supervisor: Supervisor,
  { task_id, reason }: CancelArguments,
  caller: Caller,
): Promise<CancelReply> {
  const record = supervisor.table.find(task_id, caller.ownerId);
  const { ledger } = supervisor.ground;
  const wasFinal = record.isFinal;
  if (!wasFinal) record.cancelWords ??= reason ?? null;
  const askedAt = performance.now();
  if (!wasFinal) {
    await supervisor.stop(record, caller.by === "user" ? "cancelled_by_user" : "cancelled_by_parent");
  }
  const settledMs = performance.now() - askedAt;
  if (record.isFinal && caller.by === "agent" && record.spec.ownerId === caller.ownerId) {
    claimFor(caller, record.id, "cancel", ledger);
  }
  const summary = summaryOf(record);
  return {
    ok: true,
    ...supervisor.view(record),
    settled_ms: wasFinal ? 0 : settledMs,
    partial_output: record.progress.output.lastLines(Infinity).join("\n"),
    left_behind: record.leftBehind.map((what) => ({ kind: "process" as const, what })),
    ...(wasFinal ? { already_final: true as const } : {}),
    ...(summary === null ? {} : { summary }),
  };
}

function list(supervisor: Supervisor, { status, all }: ListArguments, caller: Caller): ListReply {
  const { table } = supervisor;
  const listed = table.seenBy(caller.ownerId)
    .filter((record) => status === undefined || record.state.status === status)
    .map((record) => ({ view: supervisor.view(record), rank: rank(supervisor, record) }))
    .filter((task) => all === true || status !== undefined || task.rank < DELIVERED)
    .sort((a, b) => a.rank - b.rank);
  const tasks = listed.map(({ view }) =>
    caller.by === "user" ? view : { ...view, goal: shortened(view.goal, LIST_GOAL_CHARS) }
  );
  return { tasks, slots: supervisor.slots.view };
}

const DELIVERED = 2;

/** Live ones first, then what is still to be delivered, to an owner that is not over itself. */
function rank({ table, ground }: Supervisor, record: TaskRecord): number {
  if (!record.isFinal) return 0;
  const owner = record.spec.ownerId === null ? undefined : table.get(record.spec.ownerId);
  return owner?.isFinal || ground.ledger.isClaimed(record.id) ? DELIVERED : 1;
}
