import type { Message } from "../../protocol/conversation.ts";
import type { JournalEvent } from "../../protocol/events.ts";
import type { TokenUsage } from "../../protocol/conversation.ts";
import type { EvidenceView, TaskView } from "../../protocol/task_view.ts";
import { taskEvents } from "../../session/task_journal.ts";
import type { Store } from "../../store/store.ts";
import { sumUsage } from "../../store/usage.ts";
import { storedUsage } from "../../store/usage_query.ts";
import type { WireError } from "../../support/errors.ts";
import { systemClock } from "../../support/clock.ts";
import type { Found } from "./open_sessions.ts";
import { type SessionView, sessionView } from "./session_view.ts";
import { taskStories, type TaskStory } from "./task_stories.ts";

/** One message as it is exported. */
export type ExportedMessage =
  | { readonly role: "system" | "user"; readonly content: string }
  | {
    readonly role: "assistant";
    readonly content: string;
    readonly reasoning?: string;
    readonly tool_calls: readonly {
      readonly id: string;
      readonly name: string;
      readonly arguments: string;
    }[];
  }
  | { readonly role: "tool"; readonly tool_call_id: string; readonly content: string };

/** One task as it is exported: its record with the whole goal, and all that is kept of it. */
export interface ExportedTask extends TaskView {
  readonly context: string | null;
  readonly parent_task_id: string | null;
  readonly summary: string | null;
  readonly result?: unknown;
  readonly error: WireError | null;
  readonly partial_output: string | null;
  readonly evidence: EvidenceView;
  readonly conversation: readonly ExportedMessage[];
}

/** All that is kept of a session, or of one task of it, which then stands alone. */
export interface ExportDocument {
  readonly session: SessionView;
  readonly usage: {
    readonly requests: number;
    readonly tokens: TokenUsage;
    readonly cost_usd: number | null;
  };
  /** Null when one task was asked for. */
  readonly conversation: readonly ExportedMessage[] | null;
  readonly tasks: readonly ExportedTask[];
  readonly events: readonly JournalEvent[];
}

/** The document of what was found. */
export function exportDocument(store: Store, { session, taskId }: Found): ExportDocument {
  const { sessionId } = session;
  const stories = taskStories(store, sessionId, systemClock.now());
  const isMeant = (id: string | null | undefined) => taskId === null || id === taskId;
  const groups = storedUsage(store.database, { sessionId }).filter((group) => isMeant(group.taskId));
  const { requests, usage, usd } = sumUsage(groups);
  return {
    session: sessionView(store, session),
    usage: { requests, tokens: usage, cost_usd: usd },
    conversation: taskId === null ? store.conversation(sessionId, null).map(exportedMessage) : null,
    tasks: stories.filter(({ task }) => isMeant(task.task_id)).map(exportedTask),
    events: [...eventsOf(store, sessionId, taskId)],
  };
}

/** Of one task also what happened where it was resumed. */
function eventsOf(store: Store, sessionId: string, taskId: string | null): Iterable<JournalEvent> {
  const task = taskId === null ? undefined : store.tasks.get(taskId);
  return task === undefined ? store.events(sessionId, 0) : taskEvents(store, task);
}

function exportedTask(story: TaskStory): ExportedTask {
  const { task, goal, context, ownerId, summary, result, error, partialOutput, evidence } = story;
  return {
    ...task,
    goal,
    context,
    parent_task_id: ownerId,
    summary,
    ...result === undefined ? {} : { result },
    error,
    partial_output: partialOutput,
    evidence,
    conversation: story.conversation.map(exportedMessage),
  };
}

function exportedMessage(message: Message): ExportedMessage {
  if (message.role === "tool") {
    return { role: "tool", tool_call_id: message.callId, content: message.content };
  }
  if (message.role !== "assistant") return message;
  const { role, content, reasoning, toolCalls } = message;
  return { role, content, ...reasoning === undefined ? {} : { reasoning }, tool_calls: toolCalls };
}
