import { ProviderError, UserError } from "../support/errors.ts";
import { BudgetScope } from "./budget_scope.ts";
import type { BudgetAsk } from "./reservation.ts";

/** Why a request can never be paid for. */
export function refusal({ account, price }: BudgetAsk): ProviderError {
  const { name, caps, book } = account.scopes.toSorted((a, b) => share(b) - share(a))[0] ?? FREE;
  const words = [
    ...caps.usd === null || price === null ? [] : [`$${book.settled.usd.toFixed(2)} of $${caps.usd}`],
    ...caps.tokens === null ? [] : [`${book.settled.tokens} of ${caps.tokens} tokens`],
    ...caps.requests === null ? [] : [`${book.settled.requests} of ${caps.requests} requests`],
  ];
  return new ProviderError(
    "budget",
    `Cannot send another request: the budget of the ${name} is used up (${words.join(", ")})`,
    {
      retryable: false,
      hint: name === "task"
        ? "Give the task a larger budget, or raise budget.task in config.yaml"
        : `Raise it with /budget +USD or --budget-usd, or budget.${name} in config.yaml`,
    },
  );
}

/** Why a request is refused when a cap that others share cannot be looked up: it must not be overshot in silence. */
export function uncheckable(error: unknown): Error {
  if (!(error instanceof UserError)) return error instanceof Error ? error : new Error(String(error));
  return new ProviderError(
    "budget",
    `Cannot send another request: the budget of the day cannot be checked (${error.message})`,
    {
      retryable: false,
      hint: `${
        error.hint ?? "Try again"
      }; without this cap it goes on: hermes config set budget.day.usd null`,
      cause: error,
    },
  );
}

const FREE = new BudgetScope(null, "session", { usd: null, tokens: null, requests: null });

/** How much of the cap that is nearest is used. */
function share({ caps, book: { settled } }: BudgetScope): number {
  const shares: readonly (readonly [number, number | null])[] = [[settled.usd, caps.usd], [
    settled.tokens,
    caps.tokens,
  ], [settled.requests, caps.requests]];
  return Math.max(
    ...shares.map(([used, cap]) => cap === null ? 0 : used / Math.max(cap, 1e-9)),
  );
}
