import assert from "node:assert/strict";
import type { TaskRecord } from "../../lib/delegation/task_record.ts";
import type { CollectedTask } from "../../lib/protocol/task_view.ts";
import { type Stage, USER } from "./test_ground.ts";

/** Where a status may go (contract §1), over any number of steps. */
const REACHABLE: Readonly<Record<string, readonly string[]>> = {
  queued: ["queued", "running", "needs_input", "stopping", "completed", "failed", "cancelled"],
  running: ["running", "needs_input", "stopping", "completed", "failed", "cancelled"],
  needs_input: ["running", "needs_input", "stopping", "completed", "failed", "cancelled"],
  stopping: ["stopping", "completed", "failed", "cancelled"],
  completed: ["completed"],
  failed: ["failed"],
  cancelled: ["cancelled"],
};

interface Said {
  readonly taskId: string;
  readonly steerId: string;
  readonly message: string;
}

/** What the contract promises of tasks, checked while a session lives. */
export class LifeInvariants {
  readonly #stage: Stage;
  readonly #statuses = new Map<string, string>();
  /** The bytes of what a look at a final task gave first. */
  readonly #results = new Map<string, string>();
  readonly #said: Said[] = [];
  #looked = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** A steer was accepted. */
  steered(taskId: string, steerId: string, message: string): void {
    this.#said.push({ taskId, steerId, message });
  }

  /** Somebody's collect came back: a final task is the same for all. */
  collected(reply: CollectedTask): void {
    if (["completed", "failed", "cancelled"].includes(reply.status)) this.#sameResult(reply);
  }

  /** A cancel was answered: the task is over, and so is its child. */
  cancelled(record: TaskRecord): void {
    assert.ok(record.isFinal, `${record.id} is ${record.state.status} after its cancel`);
    assert.equal(this.#childOf(record.id)?.isEnded ?? true, true);
  }

  /** The owner was told this: every result in it is one that was never delivered before. */
  noticed(notice: string | null): void {
    for (const [, id] of (notice ?? "").matchAll(/<task_result id="(t\d+)"/g)) {
      assert.equal(this.#delivered().includes(id ?? ""), false, `${id} was delivered twice`);
    }
  }

  /** What holds at any moment. */
  async check(): Promise<void> {
    const { supervisor, ground } = this.#stage;
    const { running, limit } = supervisor.slots.view;
    assert.ok(running <= limit, `${running} of ${limit} slots`);
    this.#checkEvents();
    for (const record of supervisor.table.seenBy(null)) {
      const { status } = record.state;
      const before = this.#statuses.get(record.id) ?? "queued";
      assert.ok(REACHABLE[before]?.includes(status), `${record.id} went from ${before} to ${status}`);
      this.#statuses.set(record.id, status);
      if (status === "cancelled") {
        assert.equal(this.#childOf(record.id)?.isEnded ?? true, true, "cancelled is earned");
      }
      if (record.isFinal) {
        this.#sameResult(await this.#stage.call("collect_task", { task_id: record.id }, USER));
      }
    }
    assert.ok(ground.openLeases.size <= this.#stage.puppets.alive, "one lease for a living child");
  }

  /** What holds when the session is closed. */
  checkEnd(): void {
    const { supervisor, ground, puppets } = this.#stage;
    const records = supervisor.table.seenBy(null);
    for (const record of records) assert.ok(record.isFinal, `${record.id} is left ${record.state.status}`);
    assert.deepEqual(
      {
        ...supervisor.slots.view,
        alive: puppets.alive,
        leases: ground.openLeases.size,
        timers: ground.clock.pending,
      },
      { running: 0, queued: 0, limit: 2, alive: 0, leases: 0, timers: 0 },
    );
    assert.equal(supervisor.waits.isWaiting(null), false, "somebody waits still");
    this.#checkApprovals();
    this.#checkSteers(records);
    this.#checkOrder(records);
  }

  /** Each event was told in the order that the life of a task has, the last one once. */
  #checkEvents(): void {
    const { emitted } = this.#stage.ground;
    for (const { type, taskId } of emitted.slice(this.#looked)) {
      if (type === "task.progress" || type === "task.delivered") continue;
      const own = emitted.filter((event) => event.taskId === taskId && event.type === type);
      if (["task.queued", "task.started", "task.ended"].includes(type)) {
        assert.equal(own.length, 1, `${type} of ${taskId} was told ${own.length} times`);
      }
    }
    this.#looked = emitted.length;
    assert.equal(new Set(this.#delivered()).size, this.#delivered().length, "a result was delivered twice");
  }

  /** What a task asked to be allowed was answered, once, before it asked again; nothing waits when it is over. */
  #checkApprovals(): void {
    assert.deepEqual(this.#stage.supervisor.approvals.open, []);
    const open = new Set<string | undefined>();
    for (const { type, taskId } of this.#stage.ground.emitted) {
      if (type === "approval.requested") assert.ok(!open.has(taskId), `${taskId} asks two things at once`);
      if (type === "approval.answered") {
        assert.ok(open.has(taskId), `${taskId} was answered what it did not ask`);
      }
      if (type === "task.ended") assert.ok(!open.has(taskId), `${taskId} ended while it asks`);
      if (type === "approval.requested") open.add(taskId);
      if (type === "approval.answered") open.delete(taskId);
    }
    assert.deepEqual([...open], []);
  }

  #delivered(): string[] {
    return this.#stage.ground.emitted.flatMap(({ type, taskId }) =>
      type === "task.delivered" ? [taskId ?? ""] : []
    );
  }

  #childOf(taskId: string) {
    return this.#stage.puppets.all.find(({ brief }) => brief.taskId === taskId);
  }

  /** Whether it was delivered is the one thing that may still change. */
  #sameResult({ delivered: _, ...reply }: CollectedTask): void {
    const bytes = JSON.stringify(reply);
    const first = this.#results.get(reply.task_id) ?? bytes;
    assert.equal(bytes, first);
    this.#results.set(reply.task_id, first);
  }

  /** Heard by the child exactly when the receipt says so; otherwise named as missed. */
  #checkSteers(records: readonly TaskRecord[]): void {
    for (const { taskId, steerId, message } of this.#said) {
      const record = records.find(({ id }) => id === taskId);
      const receipt = record?.steers.receipts.find(({ steer_id }) => steer_id === steerId);
      const heard = JSON.stringify(this.#childOf(taskId)?.received ?? []).split(message).length - 1;
      const isDelivered = receipt?.state === "delivered";
      assert.deepEqual(
        [receipt?.state, heard],
        [isDelivered ? "delivered" : "missed", isDelivered ? 1 : 0],
        message,
      );
      assert.equal(record?.steers.missed.includes(message), !isDelivered);
    }
  }

  /** Those that waited for nothing but a slot got it in the order of their asking. */
  #checkOrder(records: readonly TaskRecord[]): void {
    const free = new Set(records.filter(({ spec }) => spec.after.length === 0).map(({ id }) => id));
    const told = (type: string) =>
      this.#stage.ground.emitted.flatMap((event) =>
        event.type === type && free.has(event.taskId ?? "") ? [event.taskId] : []
      );
    const started = told("task.started");
    assert.deepEqual(started, told("task.queued").filter((id) => started.includes(id)));
  }
}
