import { contentThinking } from "./content_parts.ts";
import { type Fields, isObject, stringOf, textOf } from "./loose_values.ts";

/** The fields in which servers put reasoning; some put the same into several. */
const NAMES = ["reasoning_content", "reasoning", "reasoning_text", "thinking"];

/** The reasoning in a message or delta, wherever its server puts it. */
export function reasoningIn(fields: Fields): string {
  for (const name of NAMES) {
    const text = fields[name] ? reasoningText(fields[name]) : "";
    if (text !== "") return text;
  }
  const { reasoning_details: details, content } = fields;
  return (details ? detailsText(details) : "") || (Array.isArray(content) ? contentThinking(content) : "");
}

function reasoningText(value: unknown): string {
  if (!isObject(value) || Array.isArray(value)) return textOf(value);
  return textOf(value.content ?? value.text ?? value.thinking ?? value.summary);
}

function detailsText(details: unknown): string {
  const entries: readonly unknown[] = Array.isArray(details) ? details : [];
  return entries.filter(isObject).map(({ text, summary }) => stringOf(text) || stringOf(summary)).join("");
}
