import type { SessionEvent } from "../../protocol/events.ts";
import type { ApprovalReply } from "../../session/control/methods.ts";
import { cutMiddle } from "../../support/cut_middle.ts";
import { oneLine } from "./text.ts";

type Requested = Extract<SessionEvent, { type: "approval.requested" }>;
type Answered = Extract<SessionEvent, { type: "approval.answered" }>;

/** How much of an action is shown; `hermes check` shows all of it. */
const SHOWN_CHARS = 2_000;

/** What a person who may allow it is asked: `wants to run: rm -r x (it deletes …)`. */
export function requestedText({ what, why }: Pick<Requested, "what" | "why">): string {
  return `wants to ${onOneLine(what)} (it ${oneLine(why)})`;
}

/** Where a line ended stays to be seen: what stands behind a comment is not a part of it. */
function onOneLine(what: string): string {
  return cutMiddle(oneLine(what.trim().replaceAll("\n", " ⏎ ")), SHOWN_CHARS, (left) => ` [${left} more] `);
}

/** What became of it; null where the person who answered knows. */
export function outcomeText({ what, allowed, by }: Answered): string | null {
  if (by === "user") return null;
  return `${allowed ? "allowed" : "denied"}, ${WHY[by]}: ${onOneLine(what)}`;
}

const WHY: Readonly<Record<Exclude<Answered["by"], "user">, string>> = {
  timeout: "since nobody answered in time",
  nobody: "since nobody here can allow it (--yolo, approvals.allow)",
  stopped: "since it was stopped",
};

const SCOPES: Readonly<Record<ApprovalReply["scope"], string>> = {
  once: "",
  task: ", and its like for this task",
  session: ", and its like for this session",
};

/** An answer that was given. Ends in "\n". */
export function answeredText({ task_id, what, allowed, scope }: ApprovalReply): string {
  const whose = task_id === null ? "" : `${task_id} `;
  return `${whose}${allowed ? "allowed" : "denied"}: ${onOneLine(what)}${SCOPES[scope]}\n`;
}
