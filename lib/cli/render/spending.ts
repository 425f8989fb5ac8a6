import type { Spending } from "../../provider/provider.ts";
import { formatCost, formatTokens } from "./format.ts";

/** What was used of which caps, in a line without an end. */
export function spendingText({ used, caps }: Spending): string {
  const requests = (caps.requests ?? used.requests) === 1 ? "request" : "requests";
  return `${of(used.usd, caps.usd, formatCost)}, ${of(used.tokens, caps.tokens, formatTokens)} tokens, ` +
    `${of(used.requests, caps.requests, String)} ${requests}`;
}

/** What there is to use, in words for a line; empty: no cap at all. */
export function allowanceText({ usd, tokens, requests }: Spending["caps"]): string {
  return [
    ...usd === null ? [] : [formatCost(usd)],
    ...tokens === null ? [] : [`${formatTokens(tokens)} tokens`],
    ...requests === null ? [] : [`${requests} ${requests === 1 ? "request" : "requests"}`],
  ].join(", ");
}

function of(used: number, cap: number | null, write: (value: number) => string): string {
  return cap === null ? write(used) : `${write(used)} of ${write(cap)}`;
}
