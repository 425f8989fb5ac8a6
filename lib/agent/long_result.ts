import type { ToolCall } from "../protocol/conversation.ts";
import { cutMiddle } from "../support/cut_middle.ts";
import type { Spill } from "../support/spill.ts";
import { toolsOf } from "../tools/toolsets.ts";
import type { ContextCare } from "./context_care.ts";

/** A tool that keeps to the limit itself writes JSON around what it cut; so much more is let through. */
const SLACK = 1.2;

/** Their replies are JSON with a bound of their own (contract §2), which a cut would break. */
const BOUNDED = toolsOf(["delegation", "async_delegation"]);

/** A result as the model gets it: one that is too long is cut in the middle, and names the file with the whole. */
export function shortResult(call: ToolCall, result: string, { resultChars, spill }: ContextCare): string {
  if (result.length <= resultChars * SLACK || BOUNDED.includes(call.name)) return result;
  return cutToFile(result, resultChars, spill, `${call.name}-${call.id}.txt`);
}

/** The file with the whole of a text that {@linkcode cutToFile} has cut; null when there is none. */
export function fileOfCut(text: string): string | null {
  return /\n\[… \d+ characters left out; the whole is in (.+) …\]\n/.exec(text)?.[1] ?? null;
}

/** Cuts a text to `limit` characters; the whole goes to a file, which the cut names. */
export function cutToFile(text: string, limit: number, spill: Spill, name: string): string {
  const path = spill(name, text);
  const where = path === null ? "the whole could not be kept" : `the whole is in ${path}`;
  return cutMiddle(text, limit, (left) => `\n[… ${left} characters left out; ${where} …]\n`);
}
