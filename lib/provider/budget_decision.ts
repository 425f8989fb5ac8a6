import type { SpendBook } from "../store/spend_book.ts";
import { type ProviderError, UserError } from "../support/errors.ts";
import { BudgetRefusal, UncheckableBudget } from "./budget_refusal.ts";
import type { BudgetScope } from "./budget_scope.ts";
import { type BudgetAsk, isTight, judge, type Reservation, reservationOf } from "./reservation.ts";

/** What comes of a request: it is paid for, it waits, or why it never will be. */
export type Decision = Reservation | "wait" | Error;

/**
 * Decides on a request. Under a book that other processes share, its hold is in that book already, for nobody may come
 * between the look and the hold; {@linkcode enter} does the rest.
 */
export function decide(ask: BudgetAsk): Decision {
  const book = sharedOf(ask.account.scopes);
  if (book?.shared === undefined) return decideAlone(ask);
  try {
    return book.shared.atomically(() => {
      const decision = decideAlone(ask);
      if (decision !== "wait" && "held" in decision) book.hold(decision.held);
      return decision;
    });
  } catch (error) {
    if (error instanceof UserError) return new UncheckableBudget(error);
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Holds what a request may cost in all its scopes, and keeps its hand-over aside. */
export function enter(reservation: Reservation): Reservation {
  const { ask: { account }, held, aside } = reservation;
  account.keepAside(aside);
  for (const { book } of account.scopes) if (book.shared === undefined) book.hold(held);
  account.requests++;
  return reservation;
}

/** Whether a request waits for what other processes may have reserved. */
export function isHeldUpByOthers(ask: BudgetAsk): boolean {
  return ask.account.scopes.some((scope) => scope.book.shared !== undefined && isTight(scope, ask));
}

/** Calls back when another process has settled something. */
export function watchShared(scopes: readonly BudgetScope[], onFreed: () => void): Disposable | null {
  return sharedOf(scopes)?.shared?.watch(onFreed) ?? null;
}

function decideAlone(ask: BudgetAsk): Reservation | "wait" | ProviderError {
  const verdict = judge(ask);
  if (verdict === "wait") return verdict;
  return verdict === "never" ? new BudgetRefusal(ask) : reservationOf(ask, verdict.output);
}

/** A book without a cap is not looked at, so that it is in nobody's way. */
function sharedOf(scopes: readonly BudgetScope[]): SpendBook | undefined {
  return scopes.find(({ book, caps }) => book.shared !== undefined && caps.usd !== null)?.book;
}
