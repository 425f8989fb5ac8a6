import type { Failed } from "../protocol/task_state.ts";
import type { CollectedTask, CollectedTasks, DelegateReply } from "../protocol/task_view.ts";
import type { DeliveryLedger, DeliveryWay, OwnerId } from "../store/delivery.ts";
import { ToolFailure, type WireError } from "../support/errors.ts";
import type { CollectArguments } from "../tools/delegation/collect_task.ts";
import type { DelegateArguments } from "../tools/delegation/delegate_task.ts";
import type { TaskRequest } from "../tools/delegation/task_arguments.ts";
import { cutSummary, shareOf } from "./cut_summary.ts";
import type { Caller } from "./ground.ts";
import { summaryOf } from "./notice.ts";
import { assertSchemas } from "./output_schema.ts";
import type { Supervisor } from "./supervisor.ts";
import type { TaskRecord } from "./task_record.ts";
import { toSeconds } from "./view.ts";
import type { WaitEnd } from "./waits.ts";

/** Answers `collect_task`: waits as the mode says and returns what the tasks came to. */
export async function collect(
  supervisor: Supervisor,
  args: CollectArguments,
  caller: Caller,
  signal: AbortSignal,
): Promise<CollectedTask | CollectedTasks> {
  const records = asked(supervisor, args, caller);
  const need = needed(args, records.length);
  const timeoutMs = args.timeout_s === undefined ? null : args.timeout_s * 1000;
  const end = await waitFor(supervisor, records, { need, timeoutMs, caller, signal });
  const [only] = records;
  if (args.task_id !== undefined && only !== undefined) {
    return {
      ...collected(supervisor, only, caller, 1, end),
      ...interruption(supervisor, records, caller, end),
    };
  }
  return several(supervisor, records, caller, end);
}

/** Answers `delegate_task`: takes the batch whole and waits for all of it. */
export async function delegate(
  supervisor: Supervisor,
  args: DelegateArguments,
  caller: Caller,
  signal: AbortSignal,
): Promise<DelegateReply> {
  const startedAt = performance.now();
  const wanted = requests(args);
  await assertSchemas(wanted);
  const records = supervisor.spawn(wanted, caller);
  const end = await waitFor(supervisor, records, { need: records.length, timeoutMs: null, caller, signal });
  const { results, pending, timed_out: _, ...interrupted } = several(supervisor, records, caller, end);
  return {
    results,
    total_duration_s: toSeconds(performance.now() - startedAt),
    ...(interrupted.interrupted_by === undefined ? {} : { pending, ...interrupted }),
  };
}

function requests({ tasks, goal, ...rest }: DelegateArguments): readonly TaskRequest[] {
  if ((goal === undefined) === (tasks === undefined)) {
    throw new ToolFailure("invalid_arguments", "Cannot delegate: give either goal or tasks");
  }
  if (goal !== undefined) return [{ goal, ...rest }];
  const shared = Object.keys(rest);
  if (shared.length > 0) {
    throw new ToolFailure(
      "invalid_arguments",
      `Cannot delegate: with tasks, put ${shared.join(", ")} into each task`,
    );
  }
  return tasks ?? [];
}

function asked(supervisor: Supervisor, args: CollectArguments, caller: Caller): readonly TaskRecord[] {
  if (args.task_id !== undefined && args.task_ids !== undefined) {
    throw new ToolFailure("invalid_arguments", "Cannot collect: give either task_id or task_ids");
  }
  const ids = args.task_ids ?? (args.task_id === undefined ? undefined : [args.task_id]);
  if (ids !== undefined) return [...new Set(ids)].map((id) => supervisor.table.find(id, caller.ownerId));
  const { ledger } = supervisor.ground;
  return supervisor.table.childrenOf(caller.ownerId).filter((record) => !ledger.isClaimed(record.id));
}

function needed({ mode = "all" }: CollectArguments, count: number): number {
  if (mode === "all") return count;
  if (mode === "any") return Math.min(1, count);
  if (mode.at_least <= count) return mode.at_least;
  throw new ToolFailure(
    "invalid_arguments",
    `Cannot collect at least ${mode.at_least}: only ${count} were named`,
  );
}

interface CollectWait {
  readonly need: number;
  readonly timeoutMs: number | null;
  readonly caller: Caller;
  readonly signal: AbortSignal;
}

/** Waits without a slot: a child that only waits lends its own to the queue. */
async function waitFor(
  supervisor: Supervisor,
  records: readonly TaskRecord[],
  wait: CollectWait,
): Promise<WaitEnd> {
  const { ownerId, by } = wait.caller;
  const waiting = ownerId === null ? undefined : supervisor.table.get(ownerId);
  const isCalled = () => by === "agent" && wait.timeoutMs !== 0 && supervisor.waits.hasUnread(ownerId);
  const look = () => {
    if (records.filter(isSettled).length >= wait.need) return "ready";
    if (isCalled()) return "user_message";
    return openQuestions(supervisor, records, ownerId).length > 0 ? "question" : null;
  };
  if (waiting !== undefined && wait.timeoutMs !== 0 && look() === null) {
    waiting.progress.waitingFor = "child";
    supervisor.slots.lend(waiting.id);
  }
  try {
    return await supervisor.waits.until({
      owner: ownerId,
      look,
      timeoutMs: wait.timeoutMs,
      signal: wait.signal,
    });
  } finally {
    if (waiting !== undefined) waiting.progress.waitingFor = null;
  }
}

/** Who of the waiting agent's own children, or of the tasks that were asked for, waits for an answer. */
function openQuestions(
  { table, questions }: Supervisor,
  records: readonly TaskRecord[],
  owner: OwnerId,
): readonly string[] {
  const ids = [...records, ...table.childrenOf(owner)].map(({ id }) => id);
  return questions.openAmong([...new Set(ids)]);
}

function isSettled(record: TaskRecord): boolean {
  return record.isFinal || record.state.status === "interrupted";
}

function several(
  supervisor: Supervisor,
  records: readonly TaskRecord[],
  caller: Caller,
  end: WaitEnd,
): CollectedTasks {
  const settled = records.filter(isSettled);
  return {
    results: settled.map((record) => collected(supervisor, record, caller, settled.length, "ready")),
    pending: records.filter((record) => !isSettled(record)).map((record) => record.id),
    timed_out: end === "timed_out",
    ...interruption(supervisor, records, caller, end),
  };
}

function interruption(
  supervisor: Supervisor,
  records: readonly TaskRecord[],
  caller: Caller,
  end: WaitEnd,
): Pick<CollectedTasks, "interrupted_by" | "questions"> {
  if (end === "ready" || end === "timed_out") return {};
  if (end !== "question") return { interrupted_by: end };
  const asking = openQuestions(supervisor, records, caller.ownerId);
  if (caller.by === "agent") supervisor.questions.announce(asking);
  const questions = asking.map((task_id) => ({
    task_id,
    question: supervisor.questions.textOf(task_id),
  }));
  return { interrupted_by: end, questions };
}

/** Claims a result for an answer; it is free again when the caller gives the answer up before it stands anywhere. */
export function claimFor(
  { ownerId, givenUp }: Caller,
  taskId: string,
  way: DeliveryWay,
  ledger: DeliveryLedger,
): void {
  if (givenUp?.aborted || !ledger.claim(taskId, ownerId, way)) return;
  givenUp?.addEventListener("abort", () => ledger.giveBack(ownerId, taskId), { once: true });
}

/** What one task came to; the owner's own look claims the result. `sharing`: how many share this reply. */
function collected(
  supervisor: Supervisor,
  record: TaskRecord,
  caller: Caller,
  sharing: number,
  end: WaitEnd,
): CollectedTask {
  const { ground } = supervisor;
  const { id, spec, state } = record;
  if (record.isFinal && caller.by === "agent" && spec.ownerId === caller.ownerId) {
    claimFor(caller, id, "collect", ground.ledger);
  }
  const limit = caller.by === "user"
    ? Infinity
    : shareOf(sharing, ground.config.delegation.max_summary_chars);
  const summary = cutSummary(summaryOf(record), limit, (whole) => ground.saveSummary(id, whole));
  return {
    ...supervisor.view(record),
    timed_out: end === "timed_out",
    ...summary,
    ...(state.status === "completed" && state.final.result !== undefined
      ? { result: state.final.result }
      : {}),
    ...(state.status === "failed" ? { error: errorOf(state, record.refusal) } : {}),
    ...(state.status === "completed"
      ? {}
      : { partial_output: record.progress.output.lastLines(Infinity).join("\n") }),
    missed_steers: record.steers.missed,
    evidence: record.evidence.view,
    transcript: `hermes sessions show ${id}`,
    ...(state.status === "interrupted" ? { hint: `hermes resume ${id} goes on from its last turn` } : {}),
  };
}

const REASONS: Readonly<Partial<Record<Failed["reason"], string>>> = {
  max_turns: "It used all its turns",
  timeout: "Its time was up",
  budget: "Its budget was used up",
  stalled: "Nothing was heard of it for too long",
  loop: "It made the same calls with the same results again and again",
};

function errorOf(
  { reason, error }: Failed,
  refusal: WireError | null,
): WireError & { retryable: boolean } {
  const known = error ?? (reason === "budget" ? refusal : null) ??
    { code: reason, message: REASONS[reason] ?? reason };
  return { ...known, retryable: known.retryable ?? false };
}
