import type { AgentEvent } from "../protocol/agent_events.ts";
import { addUsage, NO_USAGE, type TokenUsage } from "../protocol/conversation.ts";
import type { ModelRef } from "../protocol/model_ref.ts";
import type { WaitingFor } from "../protocol/task_view.ts";
import { LineRing, type RingSnapshot } from "../support/line_ring.ts";

/** A task's progress as plain data. */
export interface ProgressSnapshot {
  readonly turn: number;
  readonly lastEndedTurn: number;
  readonly usage: TokenUsage;
  readonly costUsd: number | null;
  readonly lastActivityAt: number;
  /** Absent in snapshots of older versions. */
  readonly earlierMs?: number;
  /** Absent where no other answered than the one that was planned. */
  readonly answeredBy?: ModelRef;
  readonly output: RingSnapshot;
  /** The tools that were running. */
  readonly inFlight: readonly string[];
}

/** How long a run was, in ms; null: it has not begun. Never negative, for clocks that step back. */
export function lastRunMs(startedAt: number | null, until: number): number {
  return startedAt === null ? 0 : Math.max(0, until - startedAt);
}

/** What a task has done so far, folded from its child's events and from its requests. */
export class Progress {
  readonly output = new LineRing();
  /** The turn whose request was sent last. */
  turn = 0;
  /** The turn that was begun last: its request may wait, or never be sent. */
  begunTurn = 0;
  /** The last turn whose request has ended; 0: none. */
  lastEndedTurn = 0;
  usage: TokenUsage = NO_USAGE;
  /** US dollars; null until a price was known. */
  costUsd: number | null = null;
  lastActivityAt: number;
  /** How long earlier runs of the task worked, in ms; what lies between them does not count. */
  earlierMs = 0;
  /** The model that answered last; null: none has, or nobody said so. */
  answeredBy: ModelRef | null = null;
  /** Why the child stands still at the moment. */
  waitingFor: WaitingFor = null;
  readonly #tools = new Map<string, string>();
  /** Something of the answer under way has come. */
  #hasSpoken = false;
  readonly #textReaders = new Set<(delta: string) => void>();

  /** `now` in milliseconds since the epoch. */
  constructor(now: number) {
    this.lastActivityAt = now;
  }

  /** For {@linkcode Progress.restore}. */
  get snapshot(): ProgressSnapshot {
    const { turn, lastEndedTurn, usage, costUsd, lastActivityAt, earlierMs, answeredBy } = this;
    const inFlight = [...this.#tools.values()];
    const answered = answeredBy === null ? {} : { answeredBy };
    const figures = { turn, lastEndedTurn, usage, costUsd, lastActivityAt, earlierMs, ...answered };
    return { ...figures, output: this.output.snapshot, inFlight };
  }

  /** Takes over what was known of an earlier run of the task; its tools run no more. */
  restore(snapshot: ProgressSnapshot): void {
    this.turn = this.begunTurn = snapshot.turn;
    this.lastEndedTurn = snapshot.lastEndedTurn;
    this.usage = snapshot.usage;
    this.costUsd = snapshot.costUsd;
    this.lastActivityAt = snapshot.lastActivityAt;
    this.earlierMs = snapshot.earlierMs ?? 0;
    this.answeredBy = snapshot.answeredBy ?? null;
    this.output.restore(snapshot.output);
  }

  /** The run that was going on is gone, and its tools with it. */
  runEnded(): void {
    this.#tools.clear();
    this.waitingFor = null;
  }

  /** The tool that was begun last and still runs. */
  get currentTool(): string | null {
    return [...this.#tools.values()].at(-1) ?? null;
  }

  /** Tells `read` of what the child says from now on, as it says it; it may not throw. */
  onText(read: (delta: string) => void): Disposable {
    this.#textReaders.add(read);
    return { [Symbol.dispose]: () => void this.#textReaders.delete(read) };
  }

  /** Takes in one event of the child. */
  fold(event: AgentEvent, now: number): void {
    this.lastActivityAt = now;
    if (event.type === "turn_started") this.begunTurn = event.turn;
    if (event.type === "text") {
      this.output.push(event.delta);
      this.#hasSpoken = true;
      for (const read of this.#textReaders) read(event.delta);
    }
    if (event.type === "retry" && this.#hasSpoken) this.output.push("\n[asked again]\n");
    if (event.type === "retry" || event.type === "reply_ended") this.#hasSpoken = false;
    if (event.type === "reply_ended") {
      this.lastEndedTurn = event.turn;
      this.answeredBy = event.by ?? this.answeredBy;
      if (this.output.lineCount > 0) this.output.push("\n");
    }
    if (event.type === "tool_started") {
      this.#tools.set(event.callId, event.name);
      this.output.push(`[${event.name}] ${event.about}\n`);
    }
    if (event.type === "tool_ended") this.#tools.delete(event.callId);
  }

  /** A request of the turn that was begun is let out; whether it is the first of that turn. */
  requestSent(): boolean {
    const isFirst = this.turn !== this.begunTurn;
    this.turn = this.begunTurn;
    return isFirst;
  }

  /** Adds what a request was booked at by the broker, which is an estimate where it was cut before its usage came. */
  addUsage(usage: TokenUsage, costUsd: number | null): void {
    this.usage = addUsage(this.usage, usage);
    if (costUsd !== null) this.costUsd = (this.costUsd ?? 0) + costUsd;
  }
}
