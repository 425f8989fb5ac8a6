import type { HandoverReason } from "../protocol/agent_events.ts";

const WHY: Readonly<Record<HandoverReason, string>> = {
  max_turns: "You have used all your turns but this one",
  timeout: "Your time is up",
  budget: "Your budget is used up",
  loop: "You have made the same calls with the same results several times in a row",
};

/** The user message that asks for the hand-over, in the one turn that is left. */
export function handoverPrompt(reason: HandoverReason): string {
  return `${WHY[reason]}, and no tools can be used any more. Write the hand-over now, in plain text: ` +
    "what is done and where it is, what is not done, and what you would do next. " +
    "State nothing that you have not seen.";
}
