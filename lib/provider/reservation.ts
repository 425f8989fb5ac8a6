import type { ModelConfig } from "../config/schema.ts";
import type { BudgetAccount } from "./budget_account.ts";
import type { BudgetScope } from "./budget_scope.ts";
import type { Amounts } from "../store/spend_book.ts";
import { affordableOutput, minus, NOTHING, plus, requestCost } from "./spend.ts";

/** A request that wants to be paid for. */
export interface BudgetAsk {
  readonly account: BudgetAccount;
  /** An upper bound of its input, in tokens. */
  readonly input: number;
  readonly price: ModelConfig["price"];
  /** The output limit that is sent in any case; null: none. */
  readonly maxOutput: number | null;
  /** The longest answer that the model can give without a limit, in tokens; absent or null: unknown. */
  readonly longestAnswer?: number | null;
  readonly isHandover: boolean;
}

/** A request that is paid for until it is settled. */
export interface Reservation {
  readonly ask: BudgetAsk;
  /** Upper bounds, in tokens. */
  readonly input: number;
  readonly output: number;
  readonly held: Amounts;
  /** What is kept aside for the hand-over from then on; null: nothing. */
  readonly aside: Amounts | null;
  /** The output limit to send; null: none. */
  readonly outputLimit: number | null;
}

/** What an answer is taken to be at most when no limit is sent or known: more than most models write, in tokens. */
const ASSUMED_OUTPUT = 131_072;
/** A limit under which an answer is of no use, in tokens. */
const LEAST_OUTPUT = 16;
/** A lowered limit leaves room for others, but no less than this for itself, in tokens. */
export const ROOMY_OUTPUT = 4_096;
/** Beside others a request takes no more than one of so many parts of what is left, so that more of them fit. */
const SHARES = 4;
/** What a hand-over needs beyond the conversation: its prompt, the last results and its text, in tokens. */
const HANDOVER_TOKENS = { input: 1_024, output: 1_024 };

/** What comes of a request: how much output it may have, or that it waits, or that it can never be paid for. */
export type Verdict = "wait" | "never" | { readonly output: number };

/**
 * Whether a request fits now, with how much output, or later, or never. A first request that fits only without
 * setting anything aside goes without: a small allowance is better spent on the work than on nothing.
 */
export function judge(ask: BudgetAsk): Verdict {
  const aside = asideFor(ask);
  const verdict = judgeWith(ask, aside);
  return verdict === "never" && ask.account.requests === 0 ? judgeWith(ask, NOTHING) : verdict;
}

function judgeWith(ask: BudgetAsk, aside: Amounts): Verdict {
  const { account, price, input } = ask;
  const wish = mostOutput(ask);
  const best = minus(account.leftAtBest, aside);
  if (!isUseful(ask, best)) return "never";
  const atBest = affordableOutput(best, input, price);
  const now = affordableOutput(minus(account.left, aside), input, price);
  if (now >= atBest) return { output: Math.min(now, wish) }; // nothing under way would make it more
  const share = Math.max(Math.floor(now / SHARES), Math.min(Math.floor(now / 2), ROOMY_OUTPUT));
  if (share >= Math.min(wish, ROOMY_OUTPUT)) return { output: Math.min(share, wish) };
  return now >= wish ? { output: wish } : "wait";
}

function mostOutput({ maxOutput, longestAnswer }: BudgetAsk): number {
  return maxOutput ?? longestAnswer ?? ASSUMED_OUTPUT;
}

/** Whether so much is enough for the request and an answer that is of use. */
export function isUseful(ask: BudgetAsk, left: Amounts): boolean {
  const least = Math.min(mostOutput(ask), LEAST_OUTPUT);
  return affordableOutput(left, ask.input, ask.price) >= least;
}

/** Whether it is this scope that a request waits for, so that none may overtake it there. */
export function isTight({ left }: BudgetScope, ask: BudgetAsk): boolean {
  const mine = minus(plus(left, ask.account.aside ?? NOTHING), asideFor(ask));
  return affordableOutput(mine, ask.input, ask.price) < 2 * ROOMY_OUTPUT;
}

/** What has to stay for the hand-over once this request is paid. */
export function asideFor(ask: BudgetAsk): Amounts {
  if (ask.isHandover || ask.account.task === null) return NOTHING;
  const { input, output } = HANDOVER_TOKENS;
  const most = Math.min(output, ask.maxOutput ?? output); // it is asked for no more than any other request
  return requestCost({ input: ask.input + input, output: most }, ask.price);
}

/** What is reserved for a request that may have so much output; nothing is held yet. */
export function reservationOf(ask: BudgetAsk, output: number): Reservation {
  const { account, price, maxOutput, input } = ask;
  const held = requestCost({ input, output }, price);
  const wish = asideFor(ask);
  const fits = affordableOutput(minus(account.left, wish), input, price) >= output;
  const aside = fits && wish.requests > 0 ? wish : null;
  const isWhole = output >= mostOutput(ask);
  return { ask, input, output, held, aside, outputLimit: isWhole ? maxOutput : output };
}
