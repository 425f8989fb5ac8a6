/** How a question is put and its answer read. */
export interface LineQuestionOptions<Answer> {
  /** Writes a line above where the person types. */
  readonly say: (text: string) => void;
  /** What a line answers; undefined when it is no answer. */
  readonly read: (line: string) => Answer | undefined;
  /** What is said then; null: the line is no answer, and goes where it would have gone. */
  readonly again: string | null;
  /** The answer when nobody can give one any more. */
  readonly closed: Answer;
}

/** A question of the program to the person in a chat: a line that they enter is the answer, and no message. */
export class LineQuestion<Answer> {
  readonly #options: LineQuestionOptions<Answer>;
  #answered: ((answer: Answer) => void) | null = null;
  #isClosed = false;

  constructor(options: LineQuestionOptions<Answer>) {
    this.#options = options;
  }

  /** Whether an answer is awaited. */
  get isOpen(): boolean {
    return this.#answered !== null;
  }

  /** Resolves with the answer; rejects with the signal's reason. One question at a time. */
  async ask(text: string, signal?: AbortSignal): Promise<Answer> {
    signal?.throwIfAborted();
    if (this.#isClosed) return this.#options.closed;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const onAbort = () => reject(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#answered = resolve;
    this.#options.say(`${text}\n`);
    try {
      return await promise;
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#answered = null;
    }
  }

  /** Takes a line if it is the answer; one that is none is asked for again, but for a command, such as /stop. */
  take(line: string): boolean {
    const answered = this.#answered;
    if (answered === null) return false;
    const { read, again, say } = this.#options;
    const answer = read(line.trim().toLowerCase());
    if (answer !== undefined) answered(answer);
    else if (again === null || line.startsWith("/")) return false;
    else say(`${again}\n`);
    return true;
  }

  /** Nobody answers any more. */
  close(): void {
    this.#isClosed = true;
    this.#answered?.(this.#options.closed);
  }
}
