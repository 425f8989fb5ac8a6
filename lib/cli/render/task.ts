import type { CheckReply, TaskView } from "../../protocol/task_view.ts";
import { formatCost, formatDuration, formatTokens } from "./format.ts";
import { statusText } from "./status.ts";
import { oneLine, plainText } from "./text.ts";

/** A task as `key: value` lines and, after an empty line, the end of its output. Ends in "\n". */
export function renderTask(task: CheckReply): string {
  const lines = FIELDS.flatMap(([key, read]) => {
    const value = read(task);
    return value === null ? [] : [`${key}: ${oneLine(value)}`];
  });
  const preview = task.output_preview.map((line) => plainText(line));
  return [...lines, ...(preview.length === 0 ? [] : ["", ...preview])].join("\n") + "\n";
}

/** Each line with what it says; null leaves it out. */
const FIELDS: readonly (readonly [key: string, read: (task: TaskView) => string | null])[] = [
  ["id", (task) => task.task_id],
  ["name", (task) => task.name],
  ["goal", (task) => task.goal],
  ["status", statusText],
  ["question", (task) => task.question],
  ["elapsed", (task) => formatDuration(task.elapsed_s)],
  ["queued for", (task) => task.queued_s < 1 ? null : formatDuration(task.queued_s)],
  ["turn", (task) => `${task.turn} of ${task.max_turns}`],
  ["tool", (task) => task.current_tool],
  [
    "last activity",
    (task) => task.status === "running" ? `${formatDuration(task.last_activity_s)} ago` : null,
  ],
  ["model", (task) => `${task.model} (${task.rule})`],
  ["toolsets", (task) => task.toolsets.join(", ")],
  ["tokens", tokensOf],
  ["cost", (task) => formatCost(task.cost_usd)],
  ["with its children", subtreeOf],
  ["steers", steersOf],
];

function tokensOf({ tokens }: TaskView): string {
  return `${formatTokens(tokens.input)} in (${formatTokens(tokens.cached)} cached), ${
    formatTokens(tokens.output)
  } out`;
}

/** Null where the task has no children: then the figures are its own. */
function subtreeOf({ tokens, subtree }: TaskView): string | null {
  const all = subtree.tokens.input + subtree.tokens.output;
  return all === tokens.input + tokens.output
    ? null
    : `${formatTokens(all)} tokens, ${formatCost(subtree.cost_usd)}`;
}

function steersOf({ steers }: TaskView): string | null {
  return steers.length === 0 ? null : steers.map(({ steer_id, state }) => `${steer_id} ${state}`).join(", ");
}
