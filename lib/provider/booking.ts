import type { RequestRow } from "../store/store.ts";
import { addUsage, type TokenUsage } from "../protocol/conversation.ts";
import { costOf, mostOf } from "./prices.ts";
import type { Amounts } from "../store/spend_book.ts";
import type { RequestOutcome } from "./provider.ts";
import { type Reservation, ROOMY_OUTPUT } from "./reservation.ts";

/** What a request is taken to have used and cost; the budget, the ledger and the task's record all say this. */
export type Booking = Pick<RequestRow, "usage" | "isEstimate" | "usd">;

/** Beyond what was heard, in tokens: what a server may have written until it noticed that nobody listens. */
const UNHEARD_TOKENS = 256;

/**
 * Books a request that has ended: at what its server reported, the cost before our prices, and at our estimate where
 * it reported no usage, or none of what it sent or got. Dollars are null where neither a cost nor a price is known.
 */
export function bookingOf(reservation: Reservation, outcome: RequestOutcome): Booking {
  const { price } = reservation.ask;
  const { usage: reported, costUsd } = outcome;
  if (reported === null) {
    const usage = estimate(reservation, outcome);
    return { usage, isEstimate: usage.input > 0, usd: costUsd ?? mostOf(usage, price) };
  }
  const unheard = unreported(reported, reservation, outcome);
  const isEstimate = unheard.input + unheard.output > 0;
  const usage = isEstimate ? addUsage(reported, unheard) : reported;
  const usd = (unheard.input > 0 ? mostOf : costOf)(usage, price);
  if (costUsd === undefined) return { usage, isEstimate, usd };
  const later = outcome.unreportedChars === undefined ? 0 : mostOf(unheard, price) ?? 0;
  return { usage, isEstimate, usd: costUsd + later };
}

/** What a request used beside what its server reported, at most. */
function unreported(usage: TokenUsage, reservation: Reservation, outcome: RequestOutcome): TokenUsage {
  const { answerChars = 0, unreportedChars, error } = outcome;
  if (isRefused(outcome)) return used(0, 0);
  const chars = usage.output === 0 ? answerChars : unreportedChars ?? 0;
  const isCut = unreportedChars !== undefined && error !== null;
  const most = Math.max(0, reservation.output - usage.output);
  return used(
    usage.input === 0 ? reservation.input : 0,
    Math.min(most, chars + (isCut ? UNHEARD_TOKENS : 0)),
  );
}

/** What a booking counts under a cap; unknown dollars count as none. */
export function amountsOfBooking({ usage, usd }: Booking): Amounts {
  return { usd: usd ?? 0, tokens: usage.input + usage.output, requests: 1 };
}

/** What a request without reported usage comes to: nothing where it was refused outright. */
function estimate({ input, output }: Reservation, outcome: RequestOutcome): TokenUsage {
  const { error, answerChars } = outcome;
  if (isRefused(outcome) || error?.code === "unreachable") return used(0, 0);
  if (answerChars === undefined) return used(input, Math.min(output, ROOMY_OUTPUT));
  return used(input, Math.min(output, answerChars + (error === null ? 0 : UNHEARD_TOKENS)));
}

/** What a server says in place of an answer, in the middle of a stream too, when it has not worked on the request. */
const REFUSALS: ReadonlySet<string> = new Set(
  ["rate_limited", "quota", "auth", "context_length", "content_filter", "bad_request", "server"],
);

function isRefused({ error, answerChars }: RequestOutcome): boolean {
  if (error === null || answerChars !== 0) return false;
  return error.status !== undefined || REFUSALS.has(error.code);
}

function used(input: number, output: number): TokenUsage {
  return { input, cached: 0, output, reasoning: 0 };
}
