import type { LoopEnd } from "../protocol/agent_events.ts";
import type { WireError } from "../support/errors.ts";
import { EXIT, exitOfError } from "./exit_codes.ts";

/** The exit code of a chat whose last turn ended so. */
export function exitOfEnd(end: LoopEnd): number {
  switch (end.type) {
    case "final":
      return EXIT.done;
    case "aborted":
      return EXIT.interrupted;
    case "handover":
      return end.reason === "budget" ? EXIT.budget : EXIT.failed;
    case "failed":
      return end.reason === "internal" && end.error.code !== "store" ? EXIT.internal : exitOfError(end.error);
    default:
      return end satisfies never;
  }
}

/** What to tell of an end that is no normal one; null for a normal one. */
export function errorOfEnd(end: LoopEnd): WireError | null {
  if (end.type === "failed") return end.error;
  if (end.type !== "handover") return null;
  const words = HANDOVERS[end.reason];
  return { code: end.reason, message: `Cannot go on: ${words}`, hint: "What was said last is a hand-over" };
}

const HANDOVERS = {
  max_turns: "all turns of this message are used (--max-turns)",
  timeout: "its time is up",
  budget: "its budget is used up",
  loop: "the model made the same calls with the same results again and again",
} as const;
