import type { AskTurns } from "./ask_turns.ts";
import type { ChildRun } from "./child_run.ts";

/** What a child is told when nobody can answer. */
const NOBODY = "Nobody can answer now. Decide yourself, say in your summary what you assumed, and go on.";

interface Open {
  readonly run: ChildRun;
  readonly text: string;
  readonly answer: (text: string) => void;
  /** What its parent is to be told of it: all, that it still waits, or nothing. */
  news: "question" | "reminder" | null;
}

/** What a parent is told of an open question; a text of null reminds of one that it was told before. */
export interface AskedQuestion {
  readonly taskId: string;
  readonly text: string | null;
}

/** The questions of children that wait for an answer. */
export class Questions {
  readonly #open = new Map<string, Open>();
  readonly #toldNobody = new Set<string>();
  readonly #turns: AskTurns;

  /** `turns` of all that children ask. */
  constructor(turns: AskTurns) {
    this.#turns = turns;
  }

  /** Asks on behalf of a child; resolves with the answer, rejects with the signal's reason. */
  ask(run: ChildRun, text: string, signal: AbortSignal): Promise<string> {
    const question = { kind: "answer", text } as const;
    return this.#turns.put({ run, question, signal, open: (answer) => this.#put(run, text, answer) });
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

  /** What is to be told of the tasks among `ids`; it counts as told from now on. */
  announce(ids: readonly string[]): readonly AskedQuestion[] {
    return ids.flatMap((taskId) => {
      const open = this.#find(taskId);
      if (open === undefined || open.news === null) return [];
      const text = open.news === "question" ? open.text : null;
      open.news = null;
      return [{ taskId, text }];
    });
  }

  /** Lets {@linkcode announce} name the open question of a task once more: what told of it was not heard. */
  announceAgain(taskId: string): void {
    const open = this.#open.get(taskId);
    if (open !== undefined) open.news = "question";
  }

  /** Lets {@linkcode announce} say that a question that was told of still waits. */
  remind(taskId: string): void {
    const open = this.#open.get(taskId);
    if (open !== undefined) open.news ??= "reminder";
  }

  /** Those of `ids` that have an open question. */
  openAmong(ids: readonly string[]): readonly string[] {
    return ids.filter((taskId) => this.#find(taskId) !== undefined);
  }

  /** The open question of a task; null when it has none. */
  textOf(taskId: string): string | null {
    return this.#find(taskId)?.text ?? null;
  }

  /** Whether there is something to be told of a question of the task. */
  isNews(taskId: string): boolean {
    return (this.#find(taskId)?.news ?? null) !== null;
  }

  /** A child that is being stopped waits for no answer any more. */
  #find(taskId: string): Open | undefined {
    const open = this.#open.get(taskId);
    return open?.run.record.state.status === "needs_input" ? open : undefined;
  }

  #put(run: ChildRun, text: string, answer: (text: string) => void): Disposable {
    const { id } = run.record;
    if (this.#toldNobody.has(id)) {
      run.fail("unanswered", `Nobody answered the question "${text}"`);
      throw new DOMException("The task has ended", "AbortError");
    }
    this.#open.set(id, { run, text, answer, news: "question" });
    return { [Symbol.dispose]: () => this.#open.delete(id) };
  }
}
