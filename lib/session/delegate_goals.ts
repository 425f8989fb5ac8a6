import type { TaskRecord } from "../delegation/task_record.ts";
import type { CollectedTask } from "../protocol/task_view.ts";
import { ToolFailure } from "../support/errors.ts";
import type { TaskRequest } from "../tools/delegation/task_arguments.ts";
import type { ToolOutcome } from "../tools/dispatch.ts";
import type { Session } from "./session.ts";

/** How goals are delegated from the shell. */
export interface DelegateGoals {
  /** Only the first completed one counts; the rest is cancelled. */
  readonly any: boolean;
  /** Told of each result in the order of the goals, as soon as that order allows. */
  readonly onResult: (task: CollectedTask) => void;
  readonly signal: AbortSignal;
}

/**
 * Hands each request to a child and returns what came of them, in order; what is beyond the queue is fed in as room
 * appears. The shell is the owner: what `onResult` was told counts as delivered. Throws {@linkcode ToolFailure} when a
 * request cannot be taken.
 */
export async function delegateGoals(
  session: Session,
  requests: readonly TaskRequest[],
  options: DelegateGoals,
): Promise<readonly CollectedTask[]> {
  if (options.any) return await firstCompleted(session, requests, options);
  return await inOrder(session, feed(session, requests, options.signal).ids, options);
}

/**
 * What the tasks of the shell came to that is not in `known`, in the order of the goals, without waiting: of a delegation
 * that was given up. Whoever prints it has been given it.
 */
export async function collectLeft(
  session: Session,
  known: readonly CollectedTask[],
): Promise<readonly CollectedTask[]> {
  const { table, ground, mail } = session.supervisor;
  const left = table.childrenOf(null).filter(({ id }) => !known.some(({ task_id }) => task_id === id));
  for (const { id } of left.filter(({ isFinal }) => isFinal)) ground.ledger.claim(id, null, "print");
  const { signal } = new AbortController();
  const args = left.map(({ id: task_id }) => ({ task_id, timeout_s: 0 }));
  const replies = await Promise.all(args.map((each) => session.call("collect_task", each, signal)));
  mail.confirm(null);
  return replies.map((reply) => unwrap<CollectedTask>(reply));
}

interface Fed {
  readonly ids: readonly Promise<string>[];
  readonly all: Promise<readonly string[]>;
}

/** Spawns one after the other, each when there is room for it. */
function feed(session: Session, requests: readonly TaskRequest[], signal: AbortSignal): Fed {
  let before: Promise<unknown> = Promise.resolve();
  const ids = requests.map((request) => {
    const id = before.then(() => spawn(session, request, signal));
    before = id;
    return id;
  });
  const all = Promise.all(ids);
  all.catch(() => {}); // whoever awaits the ids hears of it
  return { ids, all };
}

async function spawn(session: Session, request: TaskRequest, signal: AbortSignal): Promise<string> {
  const { supervisor } = session;
  const { max_queued } = supervisor.ground.config.delegation;
  const look = () => supervisor.slots.room(max_queued) > 0 ? "ready" as const : null;
  await supervisor.waits.until({ owner: null, look, timeoutMs: null, signal });
  const reply = unwrap<{ readonly task_id: string }>(
    await session.call("delegate_task_async", request, signal),
  );
  return reply.task_id;
}

async function inOrder(
  session: Session,
  ids: readonly Promise<string>[],
  { onResult, signal }: DelegateGoals,
): Promise<readonly CollectedTask[]> {
  const results: CollectedTask[] = [];
  for (const id of ids) {
    const task = await collect(session, await id, signal);
    results.push(task);
    onResult(task);
    session.supervisor.mail.confirm(null);
  }
  return results;
}

async function firstCompleted(
  session: Session,
  requests: readonly TaskRequest[],
  { onResult, signal }: DelegateGoals,
): Promise<readonly CollectedTask[]> {
  const { supervisor } = session;
  const won = await winner(session, requests, signal);
  const records = supervisor.table.childrenOf(null);
  await Promise.all(records.map((record) => supervisor.stop(record, "cancelled_by_user")));
  const results = await Promise.all(
    (won === undefined ? records : [won]).map(({ id }) => collect(session, id, signal)),
  );
  for (const task of results) onResult(task);
  supervisor.mail.confirm(null);
  return results;
}

/** Feeds until one has completed and returns it; undefined when all were fed and none did. */
async function winner(
  session: Session,
  requests: readonly TaskRequest[],
  signal: AbortSignal,
): Promise<TaskRecord | undefined> {
  const { table, waits } = session.supervisor;
  const feeding = new AbortController();
  const both = AbortSignal.any([signal, feeding.signal]);
  const fed = feed(session, requests, both).all;
  let isFed = false;
  const settled = fed.then(() => {
    isFed = true;
    waits.changed();
  }).catch((error) => feeding.abort(error)); // the wait below ends with it
  const completed = () => table.childrenOf(null).find(({ state }) => state.status === "completed");
  const isOver = () => isFed && table.childrenOf(null).every((record) => record.isFinal);
  const look = () => completed() !== undefined || isOver() ? "ready" as const : null;
  await waits.until({ owner: null, look, timeoutMs: null, signal: both });
  const won = completed();
  feeding.abort(new DOMException("One has completed", "AbortError"));
  await settled;
  return won;
}

/** Waits for a task until it is over, whatever asks in between; claims its result for the shell. */
async function collect(session: Session, taskId: string, signal: AbortSignal): Promise<CollectedTask> {
  const { supervisor } = session;
  const record = supervisor.table.find(taskId, null);
  const look = () => record.isFinal ? "ready" as const : null;
  await supervisor.waits.until({ owner: null, look, timeoutMs: null, signal });
  supervisor.ground.ledger.claim(taskId, null, "print");
  return unwrap<CollectedTask>(await session.call("collect_task", { task_id: taskId }, signal));
}

function unwrap<Reply>({ ok, content }: ToolOutcome): Reply {
  const reply = JSON.parse(content);
  if (ok) return reply;
  const { code, message, hint } = reply.error;
  throw new ToolFailure(code, message, { hint });
}
