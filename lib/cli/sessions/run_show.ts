import { storedUsage } from "../../store/usage_query.ts";
import { sumUsage } from "../../store/usage.ts";
import type { Store } from "../../store/store.ts";
import { systemClock } from "../../support/clock.ts";
import { createRedactor } from "../../support/redact.ts";
import { EXIT } from "../exit_codes.ts";
import type { Io } from "../io.ts";
import { knownSecretsOf } from "../known_secrets.ts";
import { renderSession, renderStory } from "../render/session.ts";
import { findStored, type Found, openSessions, unknownId } from "./open_sessions.ts";
import { sessionView } from "./session_view.ts";
import { taskStories } from "./task_stories.ts";

/** Prints what was said in a session and what its tasks came to, or the same of one task; returns the exit code. */
export function showSession(io: Io, id: string): number {
  using store = openSessions(io);
  if (store === null) throw unknownId(store, id);
  io.stdout.write(textOf(store, findStored(store, id), io));
  return EXIT.done;
}

/** Without secrets: they are taken out before a line is cut, which might leave the half of one. */
function textOf(store: Store, { session, taskId }: Found, { env, stdout: { columns } }: Io): string {
  const { sessionId } = session;
  const redactor = createRedactor(knownSecretsOf(env));
  const stories = redactor.value(taskStories(store, sessionId, systemClock.now()));
  const story = stories.find(({ task }) => task.task_id === taskId);
  if (story !== undefined) {
    const below = stories.filter(({ ownerId }) => ownerId === taskId);
    return renderStory(story, { sessionId, below }, { columns });
  }
  const view = redactor.value(sessionView(store, session));
  const conversation = redactor.value(store.conversation(sessionId, null));
  const usage = sumUsage(storedUsage(store.database, { sessionId }));
  return renderSession({ view, usage, conversation, stories }, { columns });
}
