import type { Finding } from "../doctor/finding.ts";
import { type Colour, painter } from "./colour.ts";
import { oneLine } from "./text.ts";

const COLOURS: Readonly<Record<Finding["state"], Colour>> = {
  ok: "green",
  warning: "yellow",
  problem: "red",
};
const STATE_COLUMNS = 7;
const CHECK_COLUMNS = 9;

/** One line for each finding, and under it how to mend it. Ends in "\n". */
export function renderFindings(findings: readonly Finding[], { color }: { readonly color: boolean }): string {
  const paint = painter(color);
  const indent = " ".repeat(STATE_COLUMNS + CHECK_COLUMNS + 4);
  return findings.map(({ check, state, message, hint }) => {
    const head = `${paint(COLOURS[state], state.padEnd(STATE_COLUMNS))}  ${
      oneLine(check).padEnd(CHECK_COLUMNS)
    }`;
    const mend = hint === undefined ? "" : `${indent}${oneLine(hint)}\n`;
    return `${head}  ${oneLine(message)}\n${mend}`;
  }).join("");
}
