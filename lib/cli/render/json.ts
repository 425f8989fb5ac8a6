import { writtenOut } from "../../support/visible_text.ts";
import { wellFormedJson } from "../../support/well_formed_json.ts";
import type { Output } from "../io.ts";

/**
 * A value as JSON with a line end, without halves of characters, which readers refuse; on a terminal as
 * {@linkcode visibleJson}.
 */
export function jsonLine(
  value: unknown,
  { isTerminal }: Pick<Output, "isTerminal">,
  indent?: number,
): string {
  const json = wellFormedJson(JSON.stringify(value, null, indent));
  return `${isTerminal ? visibleJson(json) : json}\n`;
}

/** The same JSON value with everything that a screen would hide as `\u…`. */
export function visibleJson(json: string): string {
  return writtenOut(json, (character) => {
    const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  });
}
