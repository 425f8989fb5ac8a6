import type { Amounts } from "../store/spend_book.ts";
import type { TaskAccount } from "./provider.ts";
import type { BudgetScope } from "./budget_scope.ts";
import { least, minus, NOTHING, plus } from "./spend.ts";

/** One agent's side of the budget: the scopes that pay for its requests and what is set aside for its hand-over. */
export class BudgetAccount {
  /** Null: the session's own agent. */
  readonly task: TaskAccount | null;
  /** The innermost first. */
  readonly scopes: readonly BudgetScope[];
  /** What is kept aside for its last request; null: nothing was yet. */
  aside: Amounts | null = null;
  /** Granted so far. */
  requests = 0;

  constructor(task: TaskAccount | null, scopes: readonly BudgetScope[]) {
    this.task = task;
    this.scopes = scopes;
  }

  /** What all its scopes have free now, its own set-aside included. */
  get left(): Amounts {
    return plus(this.scopes.map((scope) => scope.left).reduce(least), this.aside ?? NOTHING);
  }

  /** What they have free when the requests under way turn out to cost nothing. */
  get leftAtBest(): Amounts {
    return plus(this.scopes.map((scope) => scope.leftAtBest).reduce(least), this.aside ?? NOTHING);
  }

  /** Keeps this much aside from now on, in place of what was. */
  keepAside(amounts: Amounts | null): void {
    const change = minus(amounts ?? NOTHING, this.aside ?? NOTHING);
    for (const scope of this.scopes) scope.aside = plus(scope.aside, change);
    this.aside = amounts;
  }
}
