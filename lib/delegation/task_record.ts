import {
  advance,
  type Interrupted,
  isFinal,
  type TaskEvent,
  type TaskState,
} from "../protocol/task_state.ts";
import type { WireError } from "../support/errors.ts";
import { Evidence } from "./evidence.ts";
import { lastRunMs, Progress } from "./progress.ts";
import { SteerBox } from "./steer_box.ts";
import type { TaskSnapshot } from "./task_snapshot.ts";
import type { TaskSpec } from "./task_spec.ts";

/** One task of a session: what was asked, where it is, what it did. The only writer of its status. */
export class TaskRecord {
  readonly spec: TaskSpec;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly steers = new SteerBox();
  readonly evidence = new Evidence();
  readonly progress: Progress;
  /** Why it is cancelled, in the words of whoever did; null when they gave none. */
  cancelWords: string | null = null;
  /** Which budget let it send no more, in the words of the refusal; null while none did. */
  refusal: WireError | null = null;
  /** Processes of its commands that could not be ended, when it was over. */
  leftBehind: readonly string[] = [];
  /** The sessions whose journals have its events, in the order in which it came to them. */
  #journals: readonly string[] = [];
  #isResumed = false;
  #state: TaskState;
  readonly #onChange: (record: TaskRecord, event: TaskEvent) => void;

  /** A queued task; `onChange` is told after every change of status. `now` in milliseconds since the epoch. */
  constructor(spec: TaskSpec, now: number, onChange: (record: TaskRecord, event: TaskEvent) => void) {
    this.spec = spec;
    this.createdAt = now;
    this.progress = new Progress(now);
    this.#state = { status: "queued", queuedAt: now };
    this.#onChange = onChange;
  }

  /** The record of a task that was stored; `onChange` as in the constructor. */
  static restored(
    { spec, createdAt, state, cancelWords, refusal, progress, steers, evidence, journals }: TaskSnapshot,
    onChange: (record: TaskRecord, event: TaskEvent) => void,
  ): TaskRecord {
    const record = new TaskRecord(spec, createdAt, onChange);
    record.#state = state;
    record.#journals = journals ?? [spec.sessionId];
    record.cancelWords = cancelWords;
    record.refusal = refusal;
    record.progress.restore(progress);
    record.steers.restore(steers);
    record.evidence.restore(evidence);
    return record;
  }

  /** For {@linkcode TaskRecord.restored}. */
  get snapshot(): TaskSnapshot {
    return {
      version: 1,
      spec: this.spec,
      createdAt: this.createdAt,
      state: this.#state,
      cancelWords: this.cancelWords,
      refusal: this.refusal,
      progress: this.progress.snapshot,
      steers: this.steers.snapshot,
      evidence: this.evidence.view,
      journals: this.#journals,
    };
  }

  /** From now on its events are in the journal of this session. */
  journalledIn(sessionId: string): void {
    if (!this.#journals.includes(sessionId)) this.#journals = [...this.#journals, sessionId];
  }

  get id(): string {
    return this.spec.taskId;
  }

  get state(): TaskState {
    return this.#state;
  }

  get isFinal(): boolean {
    return isFinal(this.#state);
  }

  /** Whether it is still to come to an end in this process. */
  get isLive(): boolean {
    return !this.isFinal && this.#state.status !== "interrupted";
  }

  /** Whether an earlier run of it was interrupted, so that it has a conversation to go on with. */
  get isResumed(): boolean {
    return this.#isResumed;
  }

  /** Takes an event to the machine; whether it changed the state. A final task takes none. */
  apply(event: TaskEvent): boolean {
    const next = advance(this.#state, event);
    if (next === this.#state) return false;
    if (this.#state.status === "interrupted") this.#runOver(this.#state);
    this.#isResumed ||= event.type === "resumed";
    this.#state = next;
    this.progress.lastActivityAt = event.at;
    if ("endedAt" in next) this.progress.runEnded();
    if (this.isFinal) this.steers.close();
    this.#onChange(this, event);
    return true;
  }

  /** An earlier run worked until it was last heard of; its host may have been found dead much later. */
  #runOver({ startedAt }: Interrupted): void {
    this.progress.earlierMs += lastRunMs(startedAt, this.progress.lastActivityAt);
  }
}
