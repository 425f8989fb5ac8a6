import { formatCost, formatTokens } from "../render/format.ts";
import { statusText } from "../render/status.ts";
import { oneLine, plainText } from "../render/text.ts";
import type { ExportDocument, ExportedMessage, ExportedTask } from "./export_document.ts";

/** The document as Markdown for people: what was said, and each task with its conversation. Ends in "\n". */
export function exportMarkdown({ session, usage, conversation, tasks }: ExportDocument): string {
  const title = oneLine(session.title) || session.session_id;
  const { requests, tokens, cost_usd } = usage;
  const facts = [
    `Session ${session.session_id} (${session.kind}), ${session.created_at} to ${session.last_at}`,
    `Directory: ${inline(session.cwd)}`,
    `Model: ${inline(`${session.provider}/${session.model}`)}`,
    `Usage: ${requests} requests, ${formatTokens(tokens.input + tokens.output)} tokens, ${
      formatCost(cost_usd)
    }`,
  ];
  return [
    `# ${title}`,
    facts.map((fact) => `- ${fact}`).join("\n"),
    ...conversation === null ? [] : ["## Conversation", ...conversation.flatMap(messageParts)],
    ...tasks.length === 0 ? [] : ["## Tasks", ...tasks.flatMap(taskParts)],
  ].join("\n\n") + "\n";
}

function taskParts(task: ExportedTask): string[] {
  const error = task.error === null ? [] : [`Error: ${oneLine(task.error.message)}`];
  const partial = task.summary === null && task.partial_output !== null && task.partial_output !== ""
    ? ["#### Partial output", fenced(task.partial_output)]
    : [];
  return [
    `### ${task.task_id}: ${oneLine(task.name ?? task.goal)}`,
    `Status: ${statusText(task)}, turn ${task.turn} of ${task.max_turns}, model ${inline(task.model)}`,
    ...error,
    ...task.summary === null ? [] : ["#### Summary", quoted(task.summary)],
    ...partial,
    "#### Evidence",
    fenced(JSON.stringify(task.evidence, null, 2)),
    "#### Conversation",
    ...task.conversation.flatMap(messageParts),
  ];
}

function messageParts(message: ExportedMessage): string[] {
  const content = plainText(message.content).trim();
  switch (message.role) {
    case "system":
      return [];
    case "user":
      return content === "" ? [] : ["**User**", quoted(content)];
    case "tool":
      return ["**Result**", fenced(content)];
    case "assistant":
      return [
        ...content === "" ? [] : ["**Agent**", quoted(content)],
        ...message.tool_calls.flatMap((
          { name, arguments: given },
        ) => [`**Call** ${inline(name)}`, fenced(given)]),
      ];
    default:
      return message satisfies never;
  }
}

/** What was said stands in quotes, so that its headings are not the document's. */
function quoted(text: string): string {
  return plainText(text).trimEnd().split("\n").map((line) => `> ${line}`.trimEnd()).join("\n");
}

/** A block between fences that are longer than any inside. */
function fenced(text: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}\n${plainText(text).trimEnd()}\n${fence}`;
}

function inline(text: string): string {
  const fence = "`".repeat(longestRun(text) + 1);
  const gap = text.startsWith("`") || text.endsWith("`") ? " " : "";
  return `${fence}${gap}${oneLine(text)}${gap}${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
}
