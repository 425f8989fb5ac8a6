import type { Verdict } from "../delegation/grants.ts";
import type { SessionEvent } from "../protocol/events.ts";
import type { Session } from "../session/session.ts";
import { oneLine } from "./render/text.ts";
import { requestedText } from "./render/approval.ts";
import { shortened } from "../support/cut_text.ts";

/** An agent asks to be allowed something. */
export type ApprovalRequest = Extract<SessionEvent, { type: "approval.requested" }>;

/** Letters, not words: what is typed as a message is not to allow anything by accident. */
const VERDICTS: Readonly<Record<string, Verdict>> = {
  y: { allow: true, scope: "once" },
  t: { allow: true, scope: "task" },
  s: { allow: true, scope: "session" },
  n: { allow: false, scope: "once" },
};

/** How much of a task's name or goal stands beside its id. */
const LABEL_CHARS = 60;

/** What a person is asked: who wants to do what, why that asks, and what can be answered. */
export function approvalWords(request: ApprovalRequest, { supervisor }: Session): string {
  const record = request.task_id === undefined ? undefined : supervisor.table.get(request.task_id);
  const whose = record === undefined
    ? "The agent"
    : `${record.id} (${shortened(oneLine(record.spec.name ?? record.spec.goal), LABEL_CHARS)})`;
  const task = request.task_id === undefined ? "" : "t: for this task, ";
  return `${whose} ${requestedText(request)}. Allow? [y: once, ${task}s: for this session, n: no]`;
}

/** The answer that a line gives; undefined when it is none. */
export function verdictOf(line: string): Verdict | undefined {
  return Object.hasOwn(VERDICTS, line) ? VERDICTS[line] : undefined;
}
