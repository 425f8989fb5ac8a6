import { StoreError, type StoreTrouble } from "../store/store_error.ts";
import { ProviderError, type UserError } from "../support/errors.ts";
import { BudgetScope, type ScopeName } from "./budget_scope.ts";
import { asideFor, type BudgetAsk, isUseful } from "./reservation.ts";
import { minus, requestCost } from "./spend.ts";

/** A request that can never be paid for under the caps as they are. */
export class BudgetRefusal extends ProviderError {
  /** The scopes in which nothing but more US dollars would let it go on; empty: dollars alone do not help. */
  readonly shortOfUsd: readonly BudgetScope[];

  constructor(ask: BudgetAsk) {
    const { scopes } = ask.account;
    const scope = tooSmall(ask) ?? scopes.toSorted((a, b) => share(b) - share(a))[0] ?? FREE;
    const { name, caps, book } = scope;
    const words = [
      ...caps.usd === null || ask.price === null ? [] : [`$${book.settled.usd.toFixed(2)} of $${caps.usd}`],
      ...caps.tokens === null ? [] : [`${book.settled.tokens} of ${caps.tokens} tokens`],
      ...caps.requests === null ? [] : [`${book.settled.requests} of ${caps.requests} requests`],
    ];
    super(
      "budget",
      `Cannot send another request: the budget of the ${name} leaves no room for it (${words.join(", ")})${
        isShort(scope, ask, "usd") ? `; it may cost $${needUsd(scope, ask).toPrecision(2)}` : ""
      }`,
      { retryable: false, hint: HINTS[name] },
    );
    this.shortOfUsd = scopes.some((scope) => isShort(scope, ask, "others"))
      ? []
      : scopes.filter((scope) => isShort(scope, ask, "usd"));
  }
}

const HINTS: Readonly<Record<ScopeName, string>> = {
  task: "Give the task a larger budget, or raise budget.task in config.yaml",
  session: "Raise it with /budget +USD or --budget-usd, or budget.session in config.yaml",
  day: "It counts all sessions; raise budget.day in config.yaml",
};

/** What has to be left for the request at the least, with its hand-over where that is what it lacks. */
function needUsd({ leftAtBest }: BudgetScope, ask: BudgetAsk): number {
  const { usd } = requestCost({ input: ask.input, output: 0 }, ask.price);
  return isUseful(ask, leftAtBest) ? usd + asideFor(ask).usd : usd;
}

/** The innermost scope that leaves no room for the request, by itself or beside what its hand-over needs. */
function tooSmall(ask: BudgetAsk): BudgetScope | undefined {
  const { scopes } = ask.account;
  return scopes.find(({ leftAtBest }) => !isUseful(ask, leftAtBest)) ??
    scopes.find(({ leftAtBest }) => !isUseful(ask, minus(leftAtBest, asideFor(ask))));
}

/** Whether the dollars of a scope, or the rest of its caps, leave no room for a request. */
function isShort({ leftAtBest }: BudgetScope, ask: BudgetAsk, what: "usd" | "others"): boolean {
  const left = what === "usd"
    ? { ...leftAtBest, tokens: Infinity, requests: Infinity }
    : { ...leftAtBest, usd: Infinity };
  return !isUseful(ask, left);
}

/**
 * A cap that others share cannot be looked up, and must not be overshot in silence: no request is let out. That is no
 * word on the budget, so whoever waits in vain fails for it and can be started anew.
 */
export class UncheckableBudget extends ProviderError {
  /** What is in the way may pass by itself or with a little help: it is tried again. */
  readonly mayPass: boolean;

  constructor(error: UserError) {
    super(
      "store",
      `Cannot send another request: the budget of the day cannot be checked (${error.message})`,
      {
        retryable: true,
        hint: `${
          error.hint ?? "Try again"
        }; without this cap it goes on: hermes config set budget.day.usd null`,
        cause: error,
      },
    );
    this.mayPass = error instanceof StoreError && PASSING.includes(error.trouble);
  }
}

const PASSING: readonly StoreTrouble[] = ["busy", "full", "unwritable"];

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
