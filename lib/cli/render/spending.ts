import type { Spending } from "../../provider/provider.ts";
import { formatCost, formatTokens } from "./format.ts";

/** What was used of which caps, in a line without an end. */
export function spendingText({ used, caps }: Spending): string {
  return `${of(used.usd, caps.usd, formatCost)}, ${of(used.tokens, caps.tokens, formatTokens)} tokens, ` +
    `${of(used.requests, caps.requests, String)} requests`;
}

function of(used: number, cap: number | null, write: (value: number) => string): string {
  return cap === null ? write(used) : `${write(used)} of ${write(cap)}`;
}
