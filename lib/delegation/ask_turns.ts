import type { Question } from "../protocol/task_state.ts";
import type { ChildRun } from "./child_run.ts";

/** Something that a child asks. */
export interface ChildAsk<Answer> {
  readonly run: ChildRun;
  readonly question: Question;
  readonly signal: AbortSignal;
  /** The answer that is known by the time its turn has come; null: it has to be asked. Absent: always. */
  readonly known?: () => Answer | null;
  /**
   * Called when its turn has come, right before the task needs input: who hears of that may call `answer` at once.
   * Disposed when it is answered or given up.
   */
  readonly open: (answer: (answer: Answer) => void) => Disposable;
}

/** What agents ask: one thing at a time of each. */
export class AskTurns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Asks when nothing else that `asker` asked is open. */
  next<Answer>(asker: string, ask: () => Promise<Answer>): Promise<Answer> {
    const asked = (this.#last.get(asker) ?? Promise.resolve()).then(ask);
    this.#last.set(asker, asked.catch(() => {})); // the asker hears of it; the next in line only waits
    return asked;
  }

  /** Asks for a child, whose task needs input until there is an answer. Rejects with the signal's reason. */
  put<Answer>(ask: ChildAsk<Answer>): Promise<Answer> {
    const { run, question } = ask;
    return this.next(run.record.id, () =>
      answerTo(ask, {
        begin() {
          if (!run.asked(question)) throw new DOMException("The task is being stopped", "AbortError");
        },
        end: () => run.answered(),
      }));
  }
}

/** What goes with a wait for an answer: `end` comes once, before anybody hears the answer. */
interface AskSpan {
  begin(): void;
  end(): void;
}

/**
 * Waits for the answer to what `open` puts, unless it is `known`. Rejects with the signal's reason, or with what
 * `open` or `begin` throw.
 */
export async function answerTo<Answer>(
  { open, known, signal }: Pick<ChildAsk<Answer>, "open" | "known" | "signal">,
  span: AskSpan,
): Promise<Answer> {
  signal.throwIfAborted();
  const answer = known?.() ?? null;
  if (answer !== null) return answer;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  using asking = new DisposableStack();
  asking.defer(() => span.end());
  const onAbort = () => {
    asking.dispose();
    reject(signal.reason);
  };
  asking.use(open((answer) => {
    asking.dispose();
    resolve(answer);
  }));
  signal.addEventListener("abort", onAbort, { once: true });
  asking.defer(() => signal.removeEventListener("abort", onAbort));
  span.begin();
  return await promise;
}
