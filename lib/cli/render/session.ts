import type { UsageSum } from "../../store/usage.ts";
import type { Message } from "../../protocol/conversation.ts";
import type { SessionView } from "../sessions/session_view.ts";
import type { TaskStory } from "../sessions/task_stories.ts";
import { renderConversation } from "./conversation.ts";
import { formatCost, formatTokens } from "./format.ts";
import { labelOf } from "./list.ts";
import { countsText } from "./sessions.ts";
import { statusText } from "./status.ts";
import type { TableOptions } from "./table.ts";
import { renderTask } from "./task.ts";
import { fit, oneLine, plainText } from "./text.ts";

/** A session with all that is shown of it. */
export interface ShownSession {
  readonly view: SessionView;
  readonly usage: UsageSum;
  readonly conversation: readonly Message[];
  readonly stories: readonly TaskStory[];
}

/** How many lines of a summary stand under its task. */
const HEAD_LINES = 3;

/** A session for people: what it is, what was said, and its tasks with the heads of their summaries. Ends in "\n". */
export function renderSession(
  { view, usage, conversation, stories }: ShownSession,
  options: TableOptions,
): string {
  const tokens = `${formatTokens(usage.usage.input)} in (${formatTokens(usage.usage.cached)} cached), ${
    formatTokens(usage.usage.output)
  } out`;
  const head = lines([
    ["session", view.session_id],
    ["kind", view.pid === null ? view.kind : `${view.kind}, open in process ${view.pid}`],
    ["title", view.title],
    ["directory", view.cwd],
    ["model", `${view.provider}/${view.model}`],
    ["began", view.created_at],
    ["last", view.last_at],
    ["requests", String(usage.requests)],
    ["tokens", tokens],
    ["cost", formatCost(usage.requests === 0 ? 0 : usage.usd)],
    ["tasks", countsText(view.tasks)],
  ]);
  const said = renderConversation(conversation, options);
  const tasks = stories.map((story) => taskLines(story, options)).join("");
  return [head, said, tasks === "" ? "" : `Tasks\n${tasks}`].filter((part) => part !== "").join("\n");
}

/** A task for people: its record, its conversation, what it came to and what was counted of it. Ends in "\n". */
export function renderStory(
  story: TaskStory,
  { sessionId, below }: { readonly sessionId: string; readonly below: readonly TaskStory[] },
  options: TableOptions,
): string {
  const record = lines([["session", sessionId]]) + renderTask({ ...story.task, output_preview: [] });
  const counted = evidenceText(story);
  const tasks = below.map((each) => taskLines({ ...each, depth: 1 }, options)).join("");
  const end = endOf(story);
  return [
    record,
    renderConversation(story.conversation, options),
    end === null ? "" : `Summary\n${plainText(end).trimEnd()}\n`,
    tasks === "" ? "" : `Tasks\n${tasks}`,
    counted === "" ? "" : `Evidence\n${counted}`,
  ].filter((part) => part !== "").join("\n");
}

function taskLines(story: TaskStory, { columns }: TableOptions): string {
  const { task, depth } = story;
  const indent = "  ".repeat(depth);
  const width = (columns ?? Infinity) - indent.length;
  const title = `${task.task_id} ${statusText(task)}${task.delivered ? "" : markOf(story)}: ${labelOf(task)}`;
  const text = plainText(endOf(story) ?? "").trimEnd();
  const head = text === "" ? [] : text.split("\n").slice(0, HEAD_LINES);
  const more = text.split("\n").length > HEAD_LINES ? [`… (hermes sessions show ${task.task_id})`] : [];
  return [fit(title, width), ...[...head, ...more].map((line) => `  ${fit(line, width - 2)}`)]
    .map((line) => `${indent}${line}\n`).join("");
}

function markOf({ task: { status } }: TaskStory): string {
  return ["completed", "failed", "cancelled"].includes(status) ? ", undelivered" : "";
}

function endOf({ summary, error, partialOutput, task }: TaskStory): string | null {
  if (summary !== null) return summary;
  if (error !== null) return error.message;
  return task.status === "interrupted" && partialOutput !== "" ? partialOutput : null;
}

function evidenceText({ evidence }: TaskStory): string {
  const calls = Object.entries(evidence.tool_calls).map(([name, count]) => `${name} ${count}`);
  return lines([
    ["requests", String(evidence.requests)],
    ...calls.length === 0 ? [] : [["tool calls", calls.join(", ")] as const],
    ...evidence.files_written.map(({ path, bytes }) => ["wrote", `${path} (${bytes} bytes)`] as const),
    ...evidence.files_changed_note === undefined
      ? []
      : [["files changed", evidence.files_changed_note] as const],
    ...evidence.commands.map(({ command, exit_code }) =>
      ["ran", `${command} (${exit_code === null ? "did not end" : `exit code ${exit_code}`})`] as const
    ),
    ...evidence.urls.map((url) => ["read", url] as const),
    ...evidence.denied.map(({ what, why }) => ["denied", `${what}: ${why}`] as const),
  ]);
}

function lines(fields: readonly (readonly [key: string, value: string])[]): string {
  return fields.filter(([, value]) => value !== "").map(([key, value]) => `${key}: ${oneLine(value)}\n`)
    .join("");
}
