import { addUsage, NO_USAGE, type TokenUsage } from "../protocol/conversation.ts";
import type { OwnerId } from "../store/delivery.ts";
import { ToolFailure } from "../support/errors.ts";
import type { TaskRecord } from "./task_record.ts";

/** How many known ids an error names. */
export const NAMED_IDS = 20;

/** The error for an id that no task has, with some that tasks have. */
export function unknownTask(taskId: string, known: readonly string[]): ToolFailure {
  return new ToolFailure("unknown_task", `Cannot find task "${taskId}": there is none of that id`, {
    hint: known.length === 0 ? "There are no tasks yet" : `Known: ${known.slice(-NAMED_IDS).join(", ")}`,
  });
}

/** The tasks of a session as a tree of owners, each level in the order in which its tasks were taken. */
export class TaskTable {
  readonly #records = new Map<string, TaskRecord>();
  readonly #children = new Map<OwnerId, TaskRecord[]>();
  /** Only known, not of this session. */
  readonly #foreign = new Set<string>();

  add(record: TaskRecord): void {
    this.#records.set(record.id, record);
    this.#foreign.delete(record.id);
    const siblings = this.#children.get(record.spec.ownerId);
    if (siblings === undefined) this.#children.set(record.spec.ownerId, [record]);
    else siblings.push(record);
  }

  /** Makes a task known by its id that is nobody's here; known again, it is what it is now. */
  know(record: TaskRecord): void {
    this.#records.set(record.id, record);
    this.#foreign.add(record.id);
  }

  /** Whether it is a task of this session, not one that is only known. */
  owns(taskId: string): boolean {
    return this.#records.has(taskId) && !this.#foreign.has(taskId);
  }

  /** Forgets a task that another process goes on with. */
  remove(record: TaskRecord): void {
    this.#records.delete(record.id);
    const { ownerId } = record.spec;
    this.#children.set(ownerId, this.childrenOf(ownerId).filter((each) => each !== record));
  }

  /** The record of an id, whoever asks. */
  get(taskId: string): TaskRecord | undefined {
    return this.#records.get(taskId);
  }

  /** The tasks that this agent spawned. */
  childrenOf(owner: OwnerId): readonly TaskRecord[] {
    return this.#children.get(owner) ?? [];
  }

  /** The tasks that this agent may see: its own and those below them. */
  seenBy(owner: OwnerId): readonly TaskRecord[] {
    return this.childrenOf(owner).flatMap((record) => [record, ...this.seenBy(record.id)]);
  }

  /** Whether a task of this agent or below is still to come to an end: not one that was interrupted, or waits for such a one. */
  hasLive(owner: OwnerId): boolean {
    return this.seenBy(owner).some((record) => record.isLive && !this.#isHeldUp(record));
  }

  /** The record of an id that this agent may see; throws {@linkcode ToolFailure} `unknown_task` with known ids. */
  find(taskId: string, owner: OwnerId): TaskRecord {
    const record = this.#records.get(taskId);
    if (record !== undefined && this.#isSeenBy(record, owner)) return record;
    throw unknownTask(taskId, this.seenBy(owner).map((each) => each.id));
  }

  /** Whether this agent may see a task of this id. */
  isSeen(taskId: string, owner: OwnerId): boolean {
    const record = this.#records.get(taskId);
    return record !== undefined && this.#isSeenBy(record, owner);
  }

  /** Usage of a task and of all below it. The cost is null while none of them has a known price. */
  subtree(record: TaskRecord): { readonly tokens: TokenUsage; readonly cost_usd: number | null } {
    let tokens = NO_USAGE;
    let cost: number | null = null;
    for (const each of [record, ...this.seenBy(record.id)]) {
      tokens = addUsage(tokens, each.progress.usage);
      if (each.progress.costUsd !== null) cost = (cost ?? 0) + each.progress.costUsd;
    }
    return { tokens, cost_usd: cost };
  }

  /** One behind a task of another session is not: that may go on there. */
  #isHeldUp({ spec, state }: TaskRecord): boolean {
    if (state.status !== "queued") return false;
    const before = spec.after.filter((taskId) => this.owns(taskId)).flatMap((taskId) =>
      this.get(taskId) ?? []
    );
    return before.some((record) => record.state.status === "interrupted" || this.#isHeldUp(record));
  }

  #isSeenBy(record: TaskRecord, owner: OwnerId): boolean {
    const above = record.spec.ownerId;
    if (above === owner || above === null) return above === owner || owner === null;
    const parent = this.#records.get(above);
    return parent !== undefined && this.#isSeenBy(parent, owner);
  }
}
