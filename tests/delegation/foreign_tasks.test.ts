import assert from "node:assert/strict";
import { advanceSnapshot, type TaskSnapshot } from "../../lib/delegation/task_snapshot.ts";
import type { TaskEvent } from "../../lib/protocol/task_state.ts";
import { settled } from "../support/fake_clock.ts";
import { Stage, USER } from "../support/test_ground.ts";

/** A session in which tasks are to follow one of another session, whose end the test decides. */
class TwoSessions implements AsyncDisposable {
  readonly #other: Stage;
  readonly #end = Promise.withResolvers<TaskSnapshot>();
  readonly own: Stage;
  watched = 0;
  snapshot: TaskSnapshot;

  private constructor(other: Stage, snapshot: TaskSnapshot) {
    this.#other = other;
    this.snapshot = snapshot;
    const keeper = {
      changed() {},
      conversation() {},
      history: () => [],
      find: (id: string) => id === this.id ? this.snapshot : undefined,
      lastIds: () => [this.id],
    };
    const untilOver = (_id: string, signal: AbortSignal) => {
      this.watched++;
      const aborted = new Promise<never>((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason), { once: true })
      );
      return Promise.race([this.#end.promise, aborted]);
    };
    let last = 0;
    this.own = new Stage({}, { keeper, untilOver, newTaskId: () => `town0${++last}` });
  }

  static async open(): Promise<TwoSessions> {
    const other = new Stage();
    const [id = ""] = await other.spawn("theirs");
    return new TwoSessions(other, other.supervisor.table.find(id, null).snapshot);
  }

  get id(): string {
    return this.snapshot.spec.taskId;
  }

  /** A task that is to follow theirs. */
  async behind(goal: string): Promise<string> {
    const [record] = this.own.supervisor.spawn([{ goal, after: [this.id] }], USER);
    await this.own.started();
    return record!.id;
  }

  becomes(event: TaskEvent): TaskSnapshot {
    return this.snapshot = advanceSnapshot(this.snapshot, event);
  }

  async ends(event: TaskEvent): Promise<void> {
    this.#end.resolve(this.becomes(event));
    await settled();
    await this.own.started();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.own[Symbol.asyncDispose]();
    await this.#other[Symbol.asyncDispose]();
  }
}

Deno.test("a task follows one that another session runs, with its summary", async () => {
  await using two = await TwoSessions.open();
  const ids = [await two.behind("first"), await two.behind("second")];
  for (const id of ids) {
    const task = await two.own.check(id);
    assert.deepEqual([task.status, task.waiting_for], ["queued", "after"]);
  }
  assert.equal(two.watched, 1, "one watch for all who wait");
  assert.equal(two.own.supervisor.table.hasLive(null), true);
  await two.ends({ type: "finished", at: 5, final: { summary: "from afar", outcome: "done" } });
  for (const goal of ["first", "second"]) {
    assert.match(two.own.puppets.of(goal).brief.messages[0] ?? "", /<task_result id=".*">\nfrom afar\n/);
  }
});

Deno.test("a task behind one that failed in another session fails for that", async () => {
  await using two = await TwoSessions.open();
  const id = await two.behind("mine");
  await two.ends({ type: "failed", at: 5, failure: { reason: "crashed", error: null, summary: null } });
  const task = await two.own.check(id);
  assert.deepEqual([task.status, task.reason], ["failed", "dependency"]);
});

Deno.test("a task behind one that was interrupted in another session waits, and so does its host", async () => {
  await using two = await TwoSessions.open();
  two.becomes({ type: "host_died", at: 4 });
  const id = await two.behind("mine");
  assert.deepEqual([(await two.own.check(id)).status, two.own.supervisor.table.hasLive(null)], [
    "queued",
    true,
  ]);
  const [theirs] = two.own.supervisor.adopt([two.snapshot]);
  assert.equal(
    two.own.supervisor.table.hasLive(null),
    false,
    "here it is interrupted, and nobody goes on with it",
  );
  two.own.supervisor.resume(theirs!);
  await two.own.started();
  await two.own.puppets.of("theirs").finish("resumed here");
  await two.own.started();
  assert.equal((await two.own.check(id)).status, "running");
});

Deno.test("nothing waits for a task of another session when the session has ended", async () => {
  const two = await TwoSessions.open();
  await two.behind("mine");
  await two[Symbol.asyncDispose]();
});
