import assert from "node:assert/strict";
import { callDelegation } from "../../lib/delegation/delegation_calls.ts";
import type { SessionEvent } from "../../lib/protocol/events.ts";
import type { CollectedTask } from "../../lib/protocol/task_view.ts";
import { checkStored } from "./stored_checks.ts";
import type { StoredHost } from "./stored_host.ts";
import { USER } from "./test_ground.ts";

const NOW = new AbortController().signal;

/** What the contract promises of tasks that outlive their process, checked while a session lives in one host after another. */
export class StoredInvariants {
  /** The tasks that somebody was told have ended, with what a look at each gave first. */
  readonly #ended = new Map<string, string>();
  readonly #queued = new Map<string, string>();

  readonly #broken: unknown[] = [];

  /** Throws what was found broken where nobody would have heard of it. */
  check(): void {
    for (const error of this.#broken) throw error;
  }

  /** A host told its readers something. */
  readonly told = (event: SessionEvent, host: StoredHost): void =>
    this.#noting(() => this.#told(event, host));

  #told(event: SessionEvent, host: StoredHost): void {
    if (event.type === "task.queued") {
      const { task_id, goal } = event.task;
      assert.equal(this.#queued.get(task_id) ?? goal, goal, `${task_id} is the id of two tasks`);
      this.#queued.set(task_id, goal);
    }
    if (event.type === "task.delivered") {
      const taskId = event.task_id ?? "";
      assert.equal(
        host.store.tasks.get(taskId)?.delivered?.by,
        event.by,
        `${taskId} was said to be delivered`,
      );
    }
    if (event.type === "task.ended") {
      const { task_id, status } = event.task;
      const stored = host.store.tasks.get(task_id);
      assert.equal(stored?.status, status, `${task_id} was said to have ended before it was on disk`);
      if (status === "cancelled") {
        const child = host.children.findLast(({ taskId }) => taskId === task_id);
        assert.equal(child?.isEnded ?? true, true, `${task_id} is cancelled while its child runs`);
      }
      assert.equal(this.#ended.has(task_id), false, `${task_id} ended twice`);
      this.#ended.set(task_id, "");
    }
  }

  #noting(look: () => void): void {
    try {
      look();
    } catch (error) {
      this.#broken.push(error);
    }
  }

  /** Somebody looks at a task who is not its owner. */
  async look(host: StoredHost, taskId: string): Promise<void> {
    const reply = await callDelegation(
      host.supervisor,
      "collect_task",
      { task_id: taskId, timeout_s: 0 },
      USER,
      NOW,
    );
    if (!host.isDead) this.#noting(() => this.#sameBytes(reply as CollectedTask)); // the reply of that tool
  }

  /** A person cancels a task: when that is answered, it is over. */
  async cancel(host: StoredHost, taskId: string): Promise<void> {
    await callDelegation(host.supervisor, "cancel_task", { task_id: taskId }, USER, NOW);
    const record = host.supervisor.table.get(taskId);
    if (!host.isDead) this.#noting(() => assert.equal(record?.isFinal, true, `${taskId} is not over`));
  }

  /** What holds whenever a host has just taken in what the one before left. */
  async opened(host: StoredHost): Promise<void> {
    const { store, sessionId, supervisor } = host;
    const tasks = store.tasks.list({ sessionId });
    for (const { taskId, status } of tasks) {
      assert.ok(isOver(status), `nobody runs ${taskId}, and it is ${status}`);
    }
    for (const [taskId] of this.#ended) {
      const status = supervisor.table.get(taskId)?.state.status ?? "lost";
      assert.ok(isOver(status) && status !== "interrupted", `${taskId} had ended and is ${status}`);
    }
    for (const record of supervisor.table.seenBy(null)) await this.look(host, record.id);
    checkStored(store, sessionId);
    assert.deepEqual(host.troubles, []);
    this.check();
  }

  /** What holds when everything has come to rest: nothing is left to be told. */
  checkRest({ store, sessionId }: StoredHost): void {
    for (const { taskId, ownerId, status, delivered } of store.tasks.list({ sessionId })) {
      assert.ok(isOver(status) && status !== "interrupted", `${taskId} is left ${status}`);
      if (ownerId === null) assert.ok(delivered !== null, `${taskId} was never delivered`);
    }
  }

  /** What may still change: whether it was delivered, and what those below it spend that a crash left to be resumed. */
  #sameBytes({ delivered: _, subtree: __, ...reply }: CollectedTask): void {
    if (!["completed", "failed", "cancelled"].includes(reply.status)) return;
    const bytes = JSON.stringify(reply);
    assert.equal(bytes, this.#ended.get(reply.task_id) || bytes);
    this.#ended.set(reply.task_id, bytes);
  }
}

function isOver(status: string): boolean {
  return ["completed", "failed", "cancelled", "interrupted"].includes(status);
}
