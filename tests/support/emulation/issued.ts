import type { AskedCall } from "./asked.ts";

/** What an answer was sent with beside its text and calls. */
export type Extras = Readonly<Record<string, unknown>>;

/** What a server has said to each account, to know it again when it comes back. */
export class Issued {
  readonly #byAccount = new Map<string, Map<string, Extras>>();
  #count = 0;

  /** A number for the next thing to issue. */
  next(): number {
    return ++this.#count;
  }

  /** Notes an answer. */
  note(account: string, said: SaidBefore, extras: Extras): void {
    const known = this.#byAccount.get(account) ?? new Map<string, Extras>();
    this.#byAccount.set(account, known.set(keyOf(said), extras));
  }

  /** What an answer had beside it when it was given to this account; undefined: it was not. */
  of(account: string, said: SaidBefore): Extras | undefined {
    return this.#byAccount.get(account)?.get(keyOf(said));
  }
}

interface SaidBefore {
  readonly text: string;
  readonly calls: readonly Pick<AskedCall, "id">[];
}

/** Calls have ids of their own; an answer without any is known by its text. */
function keyOf({ text, calls }: SaidBefore): string {
  return calls.length === 0 ? `text ${text}` : calls.map(({ id }) => id).join(" ");
}
