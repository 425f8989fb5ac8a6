import type { Verdict } from "../../delegation/grants.ts";
import type { Session } from "../../session/session.ts";
import { Channel } from "../../support/channel.ts";
import { type ApprovalRequest, approvalWords, verdictOf } from "../approval_words.ts";
import { LineQuestion } from "./line_question.ts";

/** Asks the person in a chat for approvals; every other line is still a message or a command. */
export function approvalQuestion(say: (text: string) => void): LineQuestion<Verdict> {
  return new LineQuestion({ say, read: verdictOf, again: null, closed: { allow: false, scope: "once" } });
}

/** Puts what the agents of a session ask to be allowed to the person, one after the other, until it is disposed. */
export function askApprovals(session: Session, question: LineQuestion<Verdict>): Disposable {
  const requests = new Channel<ApprovalRequest>();
  let asked: { readonly taskId: string | undefined; readonly given: AbortController } | null = null;
  const events = session.events.subscribe((event) => {
    if (event.type === "approval.requested") requests.push(event);
    if (event.type === "approval.answered" && asked?.taskId === event.task_id) asked?.given.abort();
  }, Infinity);
  void (async () => {
    for await (const request of requests) {
      if (!waits(session, request)) continue;
      asked = { taskId: request.task_id, given: new AbortController() };
      const verdict = await question.ask(approvalWords(request, session), asked.given.signal).catch(() =>
        null
      );
      asked = null;
      if (verdict !== null) session.answerApproval(request.task_id ?? session.id, verdict);
    }
  })();
  return {
    [Symbol.dispose]() {
      events[Symbol.dispose]();
      requests.close();
      asked?.given.abort();
    },
  };
}

/** Whether nobody has answered it meanwhile. */
function waits({ supervisor }: Session, { task_id, what }: ApprovalRequest): boolean {
  return supervisor.approvals.open.some((each) => each.taskId === (task_id ?? null) && each.what === what);
}
