import { advance, isFinal, type TaskEvent, type TaskState } from "../protocol/task_state.ts";
import { Evidence } from "./evidence.ts";
import { Progress } from "./progress.ts";
import { SteerBox } from "./steer_box.ts";
import type { TaskSpec } from "./task_spec.ts";

/** One task of a session: what was asked, where it is, what it did. The only writer of its status. */
export class TaskRecord {
  readonly spec: TaskSpec;
  readonly steers = new SteerBox();
  readonly evidence = new Evidence();
  readonly progress: Progress;
  /** Why it is cancelled, in the words of whoever did; null when they gave none. */
  cancelWords: string | null = null;
  #state: TaskState;
  readonly #onChange: (record: TaskRecord, event: TaskEvent) => void;

  /** A queued task; `onChange` is told after every change of status. `now` in milliseconds since the epoch. */
  constructor(spec: TaskSpec, now: number, onChange: (record: TaskRecord, event: TaskEvent) => void) {
    this.spec = spec;
    this.progress = new Progress(now);
    this.#state = { status: "queued", queuedAt: now };
    this.#onChange = onChange;
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

  /** Takes an event to the machine; whether it changed the state. A final task takes none. */
  apply(event: TaskEvent): boolean {
    const next = advance(this.#state, event);
    if (next === this.#state) return false;
    this.#state = next;
    this.progress.lastActivityAt = event.at;
    if (this.isFinal) {
      this.progress.waitingFor = null;
      this.steers.close();
    }
    this.#onChange(this, event);
    return true;
  }
}
