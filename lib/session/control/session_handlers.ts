import process from "node:process";
import type { TaskRecord } from "../../delegation/task_record.ts";
import type { CollectedTask } from "../../protocol/task_view.ts";
import type { HostKind } from "../../store/store.ts";
import { ToolFailure } from "../../support/errors.ts";
import type { Session } from "../session.ts";
import { Moves } from "./moves.ts";
import type { Handlers, Params, Results, Visit } from "./methods.ts";

/** As whom clients wait: no agent, whose waits end when somebody says something to it. */
const SHELL = "shell";

/**
 * Answers clients for a session that a person or a command has open: its tasks, and no others. Of those that are under
 * way to another process it tells nothing final.
 */
export function sessionHandlers(session: Session, kind: HostKind, moves = new Moves()): Handlers {
  return {
    ping: () => ({ host_id: session.hostId, session_id: session.id, kind, pid: process.pid }),
    async call({ tool, args }, { signal }) {
      if (typeof args.task_id === "string") await refuseMoving(session, moves, tool, args.task_id);
      return await callTool(session, tool, args, signal);
    },
    approval: ({ id, ...verdict }) => session.answerApproval(id, verdict),
    collect: (params, visit) => collect(session, moves, params, visit),
    deliver: ({ task_id }) => ({ delivered: kind !== "chat" && deliver(session, task_id) }),
    delegate: () => {
      throw new ToolFailure(
        "denied",
        "Cannot delegate here: only the detached host takes tasks of the shell",
      );
    },
    follow: (params, visit) => follow(session, moves, params, visit),
    resume: ({ task_ids }) => ({ tasks: session.resumeTasks(task_ids) }),
    release: () => {
      throw new ToolFailure("denied", "Cannot release tasks here: only the detached host gives any away");
    },
  };
}

/** A look says how a task is, also one that is under way. */
async function refuseMoving(
  { supervisor: { table } }: Session,
  moves: Moves,
  tool: string,
  taskId: string,
): Promise<void> {
  moves.assertHere(taskId, table);
  const record = table.get(taskId);
  if (record !== undefined && tool !== "check_task") await moves.assertStays(record);
}

async function callTool(
  session: Session,
  tool: string,
  args: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<unknown> {
  const { ok, content } = await session.call(tool, args, signal);
  const reply = JSON.parse(content);
  if (ok) return reply;
  const { code, message, hint } = reply.error;
  throw new ToolFailure(code, message, hint === undefined ? {} : { hint });
}

/** Waits for one task, whatever is said in the session or asked by its other tasks meanwhile. */
async function collect(
  session: Session,
  moves: Moves,
  { task_id, timeout_s, ends_at_question }: Params<"collect">,
  { signal }: Visit,
): Promise<CollectedTask> {
  const { table, waits } = session.supervisor;
  moves.assertHere(task_id, table);
  const record = table.find(task_id, null);
  const end = await waits.until({
    owner: SHELL,
    look: () => isOver(record) || (ends_at_question && asks(record)) ? "ready" : null,
    timeoutMs: timeout_s === null ? null : timeout_s * 1000,
    signal,
  });
  if (timeout_s !== 0) await moves.assertStays(record);
  if (record.isFinal) assertKept(session);
  const reply = await callTool(session, "collect_task", { task_id, timeout_s: 0 }, signal) as CollectedTask;
  const { interrupted_by: _, questions: __, ...task } = reply;
  const asked = asks(record) ? { interrupted_by: "question" as const } : {};
  return { ...task, timed_out: end === "timed_out" && !isOver(record), ...asked };
}

/** A result is told once it would be there after this process, too. */
function assertKept(session: Session): void {
  const trouble = session.notKept();
  if (trouble !== null) throw trouble;
}

/** A result of the shell's own that it has printed. */
function deliver({ supervisor }: Session, taskId: string): boolean {
  const record = supervisor.table.find(taskId, null);
  if (record.spec.ownerId !== null || !record.isFinal) return false;
  const isClaimed = supervisor.ground.ledger.claim(taskId, null, "print");
  if (isClaimed) supervisor.mail.confirm(null);
  return isClaimed;
}

async function follow(
  session: Session,
  moves: Moves,
  { task_id, since, text }: Params<"follow">,
  { signal, tell }: Visit,
): Promise<Results["follow"]> {
  const { table, waits } = session.supervisor;
  if (task_id !== null) moves.assertHere(task_id, table);
  const record = task_id === null ? null : table.find(task_id, null);
  using _events = session.events.subscribe((event) => {
    if (task_id === null || event.task_id === task_id) tell(event);
  }, since);
  using _text = record === null || text !== true ? null : record.progress.onText((delta) => {
    tell(session.events.placed({ type: "text.delta", delta }, record.id));
  });
  const look = () => record !== null && isOver(record) ? "ready" as const : null;
  await waits.until({ owner: SHELL, look, timeoutMs: null, signal });
  if (record !== null) await moves.assertStays(record);
  if (record === null) throw new TypeError("A session that is followed is never over");
  return { task: session.supervisor.view(record) };
}

function isOver({ isFinal, state }: TaskRecord): boolean {
  return isFinal || state.status === "interrupted";
}

function asks({ state }: TaskRecord): boolean {
  return state.status === "needs_input";
}
