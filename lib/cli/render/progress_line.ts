import type { SessionEvent } from "../../protocol/events.ts";
import type { TaskView } from "../../protocol/task_view.ts";
import { outcomeText, requestedText } from "./approval.ts";
import { callText } from "./call_text.ts";
import { formatCost, formatDuration, formatTokens } from "./format.ts";
import { labelOf } from "./list.ts";
import { statusText } from "./status.ts";
import { oneLine } from "./text.ts";

/** One line for an event that is worth one, without "\n"; null for the others. As long as it is: the caller cuts. */
export function progressLine(event: SessionEvent): string | null {
  const words = wordsOf(event);
  if (words === null) return null;
  return oneLine(event.task_id === undefined ? words : `${event.task_id} ${words}`);
}

/** How a task ended, in a few words: `completed after 12s, 3 turns, 4.2k tokens, $0.01`. */
export function endingOf(task: TaskView): string {
  const turns = `${task.turn} ${task.turn === 1 ? "turn" : "turns"}`;
  const tokens = `${formatTokens(task.tokens.input + task.tokens.output)} tokens`;
  const cost = task.cost_usd === null ? [] : [formatCost(task.cost_usd)];
  return [`${statusText(task)} after ${formatDuration(task.elapsed_s)}`, turns, tokens, ...cost].join(", ");
}

/** What came of making a conversation shorter: `compacted: about 12k to 3k tokens`. */
export function compactedText(
  { tokens_before, tokens_after }: { readonly tokens_before: number; readonly tokens_after: number },
): string {
  return `compacted: about ${formatTokens(tokens_before)} to ${formatTokens(tokens_after)} tokens`;
}

/** Its question is told of by an event of its own. */
const ASKING = "ask_parent";

function wordsOf(event: SessionEvent): string | null {
  switch (event.type) {
    case "task.queued":
      return event.task.queue_position === null ? null : `queued: ${labelOf(event.task)}`;
    case "task.started":
      return `started: ${labelOf(event.task)}`;
    case "task.question":
      return `asks: ${event.question}`;
    case "task.ended":
      return endingOf(event.task);
    case "tool.started":
      if (event.task_id === undefined || event.name === ASKING) return null;
      return callText(event.name, event.about);
    case "context.compacted":
      return event.why === "asked" ? null : compactedText(event);
    case "approval.requested":
      return requestedText(event);
    case "approval.answered":
      return outcomeText(event);
    case "credential.rotated":
      return `${event.provider}: goes on with the next key (${event.why})`;
    case "rate.limited":
      return `${event.provider} limits the rate: next request in ${formatDuration(event.wait_ms / 1000)}`;
    case "budget.warned":
      return `budget of the ${event.scope}: ${amount(event, event.used)} of ${
        amount(event, event.limit)
      } used`;
    case "model.fell_back":
      return `goes on with ${event.to}: ${event.reason}`;
    case "price.unknown":
      return priceUnknownText(event);
    case "error":
      return `error: ${event.error.message}`;
    default:
      return null;
  }
}

/** Why caps in US dollars say nothing of a model. */
export function priceUnknownText({ provider, model }: { provider: string; model: string }): string {
  return `no price is known for ${model}: budgets in USD cannot hold for it ` +
    `(set models."${provider}/${model}".price, or cap tokens)`;
}

function amount({ unit }: Extract<SessionEvent, { type: "budget.warned" }>, value: number): string {
  return unit === "usd" ? formatCost(value) : `${formatTokens(value)} ${unit}`;
}
