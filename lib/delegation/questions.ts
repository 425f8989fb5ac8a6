import type { ChildRun } from "./child_run.ts";

/** What a child is told when nobody can answer. */
const NOBODY = "Nobody can answer now. Decide yourself, say in your summary what you assumed, and go on.";

interface Open {
  readonly run: ChildRun;
  readonly text: string;
  readonly answer: (text: string) => void;
  isAnnounced: boolean;
}

/** The questions of children that wait for an answer; one at a time for each child. */
export class Questions {
  readonly #open = new Map<string, Open>();
  readonly #toldNobody = new Set<string>();
  readonly #turns = new Map<string, Promise<unknown>>();

  /** Asks on behalf of a child; resolves with the answer, rejects with the signal's reason. */
  ask(run: ChildRun, text: string, signal: AbortSignal): Promise<string> {
    const before = this.#turns.get(run.record.id) ?? Promise.resolve();
    const asked = before.then(() => this.#askNow(run, text, signal));
    this.#turns.set(run.record.id, asked.catch(() => {})); // the asker hears of it; the next in line only waits
    return asked;
  }

  /** Answers the open question of a task; whether there was one. */
  answer(taskId: string, text: string): boolean {
    const open = this.#find(taskId);
    open?.answer(text);
    return open !== undefined;
  }

  /** Tells a child that nobody can answer. It hears that once: its task fails when it asks again. */
  refuse(taskId: string): void {
    const open = this.#find(taskId);
    if (open === undefined) return;
    this.#toldNobody.add(taskId);
    open.answer(NOBODY);
  }

  /** The tasks among `ids` whose question was not announced before; they count as announced from now on. */
  announce(ids: readonly string[]): readonly { readonly taskId: string; readonly text: string }[] {
    const fresh = ids.flatMap((taskId) => {
      const open = this.#find(taskId);
      return open === undefined || open.isAnnounced ? [] : [{ taskId, open }];
    });
    for (const { open } of fresh) open.isAnnounced = true;
    return fresh.map(({ taskId, open }) => ({ taskId, text: open.text }));
  }

  /** Lets {@linkcode announce} name the open question of a task once more. */
  announceAgain(taskId: string): void {
    const open = this.#open.get(taskId);
    if (open !== undefined) open.isAnnounced = false;
  }

  /** Those of `ids` that have an open question. */
  openAmong(ids: readonly string[]): readonly string[] {
    return ids.filter((taskId) => this.#find(taskId) !== undefined);
  }

  /** The open question of a task; null when it has none. */
  textOf(taskId: string): string | null {
    return this.#find(taskId)?.text ?? null;
  }

  /** Whether the task has a question that nobody was told of. */
  isNews(taskId: string): boolean {
    return this.#find(taskId)?.isAnnounced === false;
  }

  /** A child that is being stopped waits for no answer any more. */
  #find(taskId: string): Open | undefined {
    const open = this.#open.get(taskId);
    return open?.run.record.state.status === "needs_input" ? open : undefined;
  }

  #askNow(run: ChildRun, text: string, signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    if (this.#toldNobody.has(run.record.id)) {
      run.fail("unanswered", `Nobody answered the question "${text}"`);
      return Promise.reject(new DOMException("The task has ended", "AbortError"));
    }
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const end = () => {
      this.#open.delete(run.record.id);
      signal.removeEventListener("abort", onAbort);
      run.answered();
    };
    const onAbort = () => {
      end();
      reject(signal.reason);
    };
    const answer = (words: string) => {
      end();
      resolve(words);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    this.#open.set(run.record.id, { run, text, answer, isAnnounced: false });
    if (!run.asked({ kind: "answer", text })) {
      end();
      reject(new DOMException("The task is being stopped", "AbortError"));
    }
    return promise;
  }
}
