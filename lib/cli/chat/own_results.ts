import { summaryOf } from "../../delegation/notice.ts";
import type { CollectedTask } from "../../protocol/task_view.ts";
import type { Session } from "../../session/session.ts";
import { completedText } from "../render/collected.ts";
import { renderReply } from "../render/reply.ts";

/** Shows a person the whole result of each task that they delegated themselves, when it ends. */
export class OwnResults implements AsyncDisposable {
  readonly #session: Session;
  readonly #show: (text: string) => void;
  readonly #awaited = new Set<string>();
  readonly #subscription: Disposable;
  #shown: Promise<void> = Promise.resolve();

  constructor(session: Session, show: (text: string) => void) {
    this.#session = session;
    this.#show = show;
    this.#subscription = session.events.subscribe((event) => {
      if (event.type === "task.ended") this.#ended(event.task.task_id);
    });
  }

  /** A person has delegated this task. */
  add(taskId: string): void {
    this.#awaited.add(taskId);
    if (this.#session.supervisor.table.get(taskId)?.isFinal === true) this.#ended(taskId);
  }

  /** Resolves when all is shown that has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#subscription[Symbol.dispose]();
    await this.#shown;
  }

  #ended(taskId: string): void {
    if (!this.#awaited.delete(taskId)) return;
    this.#shown = this.#shown.then(async () => this.#show(await this.#textOf(taskId)));
  }

  /** As a look: the result stays the agent's to be told of. */
  async #textOf(taskId: string): Promise<string> {
    const args = { task_id: taskId, timeout_s: 0 };
    const { content } = await this.#session.call("collect_task", args, new AbortController().signal);
    const looked: CollectedTask = JSON.parse(content);
    const record = this.#session.supervisor.table.get(taskId);
    const task = { ...looked, summary: (record && summaryOf(record)) ?? looked.summary };
    if (task.status === "completed") return completedText(task, { isOneOfMany: true, isFirst: true });
    return renderReply("collect_task", task, { columns: undefined, color: false });
  }
}
