import type { Session } from "../../session/session.ts";
import { ToolFailure } from "../../support/errors.ts";
import { SESSION_ID } from "../../support/ids.ts";
import { systemClock } from "../../support/clock.ts";
import type { Io } from "../io.ts";
import { labelOf } from "../render/list.ts";
import { renderSessions } from "../render/sessions.ts";
import { taskLines } from "./slash_words.ts";
import { statusText } from "../render/status.ts";
import { isUsed, sessionViews } from "../sessions/session_view.ts";

/** How many sessions are listed. */
const RECENT = 10;

/** The sessions that were used last. Ends in "\n". */
export function sessionsText({ stdout }: Pick<Io, "stdout">, session: Session): string {
  session.flush();
  const recent = sessionViews(session.store).filter(isUsed).slice(0, RECENT);
  return renderSessions(recent, { now: systemClock.now(), columns: stdout.columns });
}

/** Lets an interrupted task of this session go on. Throws {@linkcode ToolFailure} for anything else, with the way there. */
export function resumeText(session: Session, id: string): string {
  session.flush();
  if (id === "") {
    throw new ToolFailure("invalid_arguments", "Cannot run /resume: no task is named", {
      hint: taskLines(session, ({ status }) => status === "interrupted") ??
        "No task of this chat is interrupted",
    });
  }
  if (SESSION_ID.test(id)) {
    throw new ToolFailure("invalid_arguments", `Cannot resume session ${id} in this chat: it has one`, {
      hint: `Leave it, then: hermes chat -r ${id}`,
    });
  }
  const task = session.store.tasks.get(id);
  if (task !== undefined && task.sessionId !== session.id) {
    throw new ToolFailure(
      "denied",
      `Cannot resume task ${id} in this chat: it is one of session ${task.sessionId}`,
      {
        hint: `hermes resume ${id} lets it go on, hermes chat -r ${task.sessionId} its session`,
      },
    );
  }
  return session.resumeTasks([id]).map((view) => `${view.task_id} ${statusText(view)}: ${labelOf(view)}\n`)
    .join("");
}
