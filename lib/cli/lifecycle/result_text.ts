import { oneLine } from "../render/text.ts";
import { headOf } from "../../support/cut_text.ts";

const MAX_LINES = 40;
const MAX_CHARS = 4_000;
const INDENT = "  ";

/** What a call came to, for people who follow: what a command printed as it is, else one line; bounded, indented. */
export function resultText(content: string): string {
  const output = outputOf(content);
  if (output === "") return "";
  const lines = headOf(output, MAX_CHARS).split("\n");
  const shown = lines.slice(0, MAX_LINES).map((line) => `${INDENT}${line}`);
  const isCut = lines.length > MAX_LINES || output.length > MAX_CHARS;
  return [...shown, ...isCut ? [`${INDENT}… (hermes sessions show has all of it)`] : []].join("\n");
}

function outputOf(content: string): string {
  let reply: unknown;
  try {
    reply = JSON.parse(content);
  } catch {
    return content.trimEnd(); // a text is shown as it is
  }
  if (typeof reply === "object" && reply !== null && "output" in reply && typeof reply.output === "string") {
    const code = "exit_code" in reply && typeof reply.exit_code === "number" ? reply.exit_code : 0;
    return [reply.output.trimEnd(), ...code === 0 ? [] : [`(exit code ${code})`]].filter((part) =>
      part !== ""
    ).join("\n");
  }
  return headOf(oneLine(content), 400);
}
