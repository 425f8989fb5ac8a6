import { Budget } from "./budget.ts";
import type { WireError } from "../support/errors.ts";
import type { UncheckableBudget } from "./budget_refusal.ts";
import { BudgetScope } from "./budget_scope.ts";
import { BrokerDesk, type BrokerOptions } from "./broker_desk.ts";
import type { Caps, SessionBroker, Spending } from "./provider.ts";

export type { BrokerOptions } from "./broker_desk.ts";

const NO_CAPS: Caps = { usd: null, tokens: null, requests: null };

/** The broker of one session: which key, when, and whether at all, for the session's own agent and every task. */
export function createBroker(options: BrokerOptions): SessionBroker {
  const { emit = () => {}, budget: caps } = options;
  const session = new BudgetScope(null, "session", caps?.session ?? NO_CAPS);
  if (caps?.onRaise !== undefined) session.onRaise = caps.onRaise;
  const day = caps?.day === undefined ? [] : [new BudgetScope(null, "day", caps.day.caps, caps.day.book)];
  const budget = new Budget([session, ...day], {
    clock: options.clock,
    onWarning: ({ taskId, ...warning }) => emit({ type: "budget.warned", ...warning }, taskId ?? undefined),
    onTrouble: (trouble) => emit({ type: "error", error: troubleOf(trouble) }),
  });
  const desk = new BrokerDesk(options, budget);
  const own = budget.open(null);
  return {
    acquire: (ask, signal) => desk.acquire(ask, own, signal),
    release: (leaseId, outcome) => desk.release(leaseId, outcome),
    forTask(task) {
      const account = budget.open(task);
      return {
        acquire: (ask, signal) => desk.acquire(ask, account, signal),
        release: (leaseId, outcome) => desk.release(leaseId, outcome),
        get isSpent() {
          return budget.isSpent(account);
        },
        [Symbol.dispose]: () => budget.close(account),
      };
    },
    get budget() {
      const [today] = day;
      const isCapped = today !== undefined && today.caps.usd !== null;
      return { ...spendingOf(session), day: isCapped ? spendingOf(today) : null };
    },
    get usage() {
      return desk.tally.groups;
    },
    keyName: (fingerprint) => desk.keyNames.get(fingerprint) ?? null,
    [Symbol.dispose]: () => desk[Symbol.dispose](),
    askAtCap(ask) {
      desk.askAtCap = ask;
      return { [Symbol.dispose]: () => void (desk.askAtCap = null) };
    },
    capDay(usd) {
      for (const scope of day) scope.caps = { ...NO_CAPS, usd };
      budget.pump();
    },
    raiseBudget(usd) {
      session.raise(usd);
      budget.pump();
    },
  };
}

function troubleOf(trouble: UncheckableBudget | null): WireError {
  if (trouble === null) return { code: "store", message: "The budget of the day can be checked again" };
  const { code, message, hint = "" } = trouble;
  const words = trouble.mayPass ? `It is tried again for some minutes. ${hint}` : hint;
  return { code, message, hint: words };
}

function spendingOf({ book, caps }: BudgetScope): Spending {
  return { used: book.settled, caps };
}
