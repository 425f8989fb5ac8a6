import type { Message } from "../../protocol/conversation.ts";
import type { TableOptions } from "./table.ts";
import { fit, oneLine, plainText } from "./text.ts";

/** What is shown of a call and of a result, however wide the terminal is. */
const CALL_COLUMNS = 160;

/**
 * What was said, in words: the user's lines after `> `, the agent's as they are, each call and each result on one line.
 * The system's message is left out. Ends in "\n" unless it is empty.
 */
export function renderConversation(messages: readonly Message[], options: TableOptions): string {
  return messages.map((message) => {
    const text = textOf(message, options);
    return text === "" || message.role === "tool" ? text : `\n${text}`;
  }).join("").replace(/^\n/, "");
}

function textOf(message: Message, { columns }: TableOptions): string {
  const line = (text: string) => `${fit(text, Math.min(columns ?? CALL_COLUMNS, CALL_COLUMNS))}\n`;
  switch (message.role) {
    case "system":
      return "";
    case "user":
      return body(message.content).map((text) => `> ${text}`.trimEnd() + "\n").join("");
    case "tool":
      return line(`  = ${oneLine(message.content)}`);
    case "assistant":
      return [
        ...body(message.content).map((text) => `${text}\n`),
        ...message.toolCalls.map(({ name, arguments: given }) =>
          line(`  ${oneLine(name)} ${oneLine(given)}`)
        ),
      ].join("");
    default:
      return message satisfies never;
  }
}

function body(content: string): readonly string[] {
  const text = plainText(content).trimEnd();
  return text === "" ? [] : text.split("\n");
}
