import type { AskAtCap, ReachedCap } from "../../provider/provider.ts";
import { formatCost } from "../render/format.ts";

/** What a yes without a figure allows, in US dollars. */
const USUAL_USD = 5;

/** Asks the person on the terminal, when a budget is used up, how much more there may be; a line they enter answers. */
export class CapQuestion {
  readonly #say: (text: string) => void;
  #answered: ((usd: number | null) => void) | null = null;

  /** `say` writes a line above where the person types. */
  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  /** As {@linkcode AskAtCap}. */
  readonly ask: AskAtCap = async (cap, signal) => {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    this.#answered = resolve;
    this.#say(`${wordsOf(cap)}\n`);
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#answered = null;
    }
  };

  /** Takes a line if it is the answer; one that is none is asked for again. */
  take(line: string): boolean {
    const answered = this.#answered;
    if (answered === null) return false;
    const usd = usdOf(line);
    if (usd === undefined && line.startsWith("/")) return false; // a command, such as /stop
    if (usd === undefined) this.#say("Answer with US dollars such as +5, or no\n");
    else answered(usd);
    return true;
  }

  /** Nobody answers any more. */
  close(): void {
    this.#answered?.(null);
  }
}

function wordsOf({ scope, usedUsd, limitUsd }: ReachedCap): string {
  return `The ${scope}'s budget of ${formatCost(limitUsd)} is used up (${formatCost(usedUsd)} spent). ` +
    `Allow how much more? [+${USUAL_USD} / no]`;
}

/** Null for a no, undefined for what is no answer; `/budget +5` is one. */
function usdOf(line: string): number | null | undefined {
  const text = line.trim().toLowerCase();
  if (text === "no" || text === "n") return null;
  if (text === "yes" || text === "y") return USUAL_USD;
  const usd = Number(/^(?:\/budget\s+)?\+?\$?(\d+\.?\d*|\.\d+)$/.exec(text)?.[1]);
  return usd > 0 ? usd : undefined;
}
