/** What a piece of an answer is once thinking is told from text. */
export interface Thought {
  readonly reasoning: string;
  readonly text: string;
}

const OPENING = /^<(think|thinking|thought)>/;
const BEGINS_OPENING = /^<(t(h(i(n(k(i(n(g?)?)?)?)?)?|o(u(g(h(t?)?)?)?)?)?)?)?$/;

/** Tells thinking in tags at the beginning of a whole answer from its text. */
export function splitThought(answer: string): Thought {
  const thought = new LeadingThought();
  const [start, end] = [thought.add(answer), thought.end()];
  return { reasoning: start.reasoning + end.reasoning, text: start.text + end.text };
}

/** Tells thinking in tags (`<think>…</think>`) at the beginning of an answer from the text after it, piece by piece. */
export class LeadingThought {
  /** What is blank before what is held. */
  #blank = "";
  /** Not decided yet. */
  #held = "";
  /** The tag that closes the thinking; null: none is open. */
  #closing: string | null = null;
  #isText = false;
  #hasThought = false;

  /** There was thinking in tags. */
  get hasThought(): boolean {
    return this.#hasThought;
  }

  /** The next piece; what may still be a part of a tag is held back. */
  add(piece: string): Thought {
    if (this.#isText || piece === "") return { reasoning: "", text: piece };
    this.#held += piece;
    let reasoning = "";
    for (;;) {
      const more = this.#closing === null ? this.#open() : this.#think(this.#closing);
      if (more === null) break;
      reasoning += more;
    }
    return { reasoning, text: this.#isText ? this.#take(this.#held.length) : "" };
  }

  /** Nothing follows: what was held back. */
  end(): Thought {
    const rest = this.#take(this.#held.length);
    if (this.#closing !== null) return { reasoning: rest, text: "" };
    return { reasoning: "", text: this.#takeBlank() + rest };
  }

  /** Looks for an opening tag; null: more must come, or it is text. */
  #open(): "" | null {
    const start = this.#held.trimStart();
    this.#blank += this.#take(this.#held.length - start.length);
    const tag = start.startsWith("<") ? OPENING.exec(start) : null;
    if (tag !== null) {
      this.#hasThought = true;
      this.#closing = `</${tag[1]}>`;
      this.#held = start.slice(tag[0].length);
      this.#blank = "";
      return "";
    }
    if (start === "" || (start.startsWith("<") && BEGINS_OPENING.test(start))) return null;
    this.#isText = true;
    this.#held = this.#takeBlank() + start;
    return null;
  }

  /** After thinking it is none of the text. */
  #takeBlank(): string {
    const blank = this.#hasThought ? "" : this.#blank;
    this.#blank = "";
    return blank;
  }

  /** Takes the thinking up to the closing tag; null: more must come. */
  #think(closing: string): string | null {
    const at = this.#held.indexOf(closing);
    if (at >= 0) {
      const reasoning = this.#take(at);
      this.#take(closing.length);
      this.#closing = null;
      return reasoning;
    }
    let kept = Math.min(this.#held.length, closing.length - 1);
    while (!this.#held.endsWith(closing.slice(0, kept))) kept--;
    return this.#take(this.#held.length - kept) || null;
  }

  #take(count: number): string {
    const taken = this.#held.slice(0, count);
    this.#held = this.#held.slice(count);
    return taken;
  }
}
