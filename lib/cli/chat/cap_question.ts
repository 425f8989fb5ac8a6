import type { ReachedCap } from "../../provider/provider.ts";
import { formatCost } from "../render/format.ts";
import { LineQuestion } from "./line_question.ts";

/** What a yes without a figure allows, in US dollars. */
const USUAL_USD = 5;

/** Asks the person, when a budget is used up, how many US dollars more there may be; null: none. */
export function capQuestion(say: (text: string) => void): LineQuestion<number | null> {
  return new LineQuestion({
    say,
    read: usdOf,
    again: "Answer with US dollars such as +5, or no",
    closed: null,
  });
}

/** The question itself. */
export function capWords({ scope, usedUsd, limitUsd }: ReachedCap): string {
  return `The ${scope}'s budget of ${formatCost(limitUsd)} is used up (${formatCost(usedUsd)} spent). ` +
    `Allow how much more? [+${USUAL_USD} / no]`;
}

/** Null for a no, undefined for what is no answer; `/budget +5` is one. */
function usdOf(line: string): number | null | undefined {
  if (line === "no" || line === "n") return null;
  if (line === "yes" || line === "y") return USUAL_USD;
  const usd = Number(/^(?:\/budget\s+)?\+?\$?(\d+\.?\d*|\.\d+)$/.exec(line)?.[1]);
  return usd > 0 ? usd : undefined;
}
