import type { HandoverReason, LoopEnd } from "../protocol/agent_events.ts";
import type { FinalMessage, Question, StopCause, TaskEvent } from "../protocol/task_state.ts";
import type { ChildBrief, ClosingOffer, FromChild, ToChild } from "../protocol/worker_messages.ts";
import { aborted, type Clock, delay } from "../support/clock.ts";
import { messageOf } from "../support/errors.ts";
import type { ChildLine, StartChild } from "./workers.ts";
import type { Services } from "./service_calls.ts";
import { ServiceDesk } from "./service_desk.ts";
import { StallWatch } from "./stall_watch.ts";
import { climbDown, handoverReserveMs } from "./stop_ladder.ts";
import type { TaskRecord } from "./task_record.ts";

/** What a run needs from its supervisor. */
export interface RunGround {
  readonly clock: Clock;
  readonly startChild: StartChild;
  /** 0: no watch. */
  readonly stallMs: number;
  /** What the child may ask for; disposed when the run is over. */
  readonly services: (run: ChildRun) => Services & Disposable;
  /** Judges a last word that arrives while the child is being stopped; null when it is none. */
  readonly judgeLate: (record: TaskRecord, offer: ClosingOffer) => Promise<FinalMessage | null>;
  /** Ends the tasks that the child spawned and that are not over. */
  readonly stopChildren: (record: TaskRecord) => Promise<void>;
  /** Ends what its commands left running, which is what no group is left of; resolves with what could not be ended. */
  readonly endCommands: (record: TaskRecord) => Promise<readonly string[]>;
  /** Told of each event, after it was folded into the record. */
  readonly onEvent: (record: TaskRecord, event: Extract<FromChild, { type: "event" }>["event"]) => void;
  /** Told once, when the task is final and nothing of the child is left. */
  readonly onOver: (run: ChildRun) => void;
}

/** One child at work: from its brief to the moment when its task is final and nothing of it is left. */
export class ChildRun {
  readonly record: TaskRecord;
  readonly #ground: RunGround;
  readonly #services: Services & Disposable;
  readonly #desk: ServiceDesk;
  readonly #timers = new DisposableStack();
  readonly #loopEnded = Promise.withResolvers<void>();
  #handle: ChildLine | null = null;
  #watch: StallWatch | null = null;
  #ending: Promise<void> | null = null;
  #isHandingOver = false;
  #isParked = false;
  /** Resolved when the child stands at the boundary of a turn, while it is to be parked. */
  #boundary: PromiseWithResolvers<void> | null = null;
  /** The judgement of a last word that came while the run was ending. */
  #late: Promise<void> | null = null;

  constructor(record: TaskRecord, ground: RunGround) {
    this.record = record;
    this.#ground = ground;
    this.#services = ground.services(this);
    this.#desk = new ServiceDesk(this.#services, (message) => {
      this.#watch?.touch();
      this.post(message);
    });
  }

  /** Whether the child was told to use its last turn for the hand-over. */
  get isHandingOver(): boolean {
    return this.#isHandingOver;
  }

  /** Whether the end of the run has begun: it takes nothing new. */
  get isEnding(): boolean {
    return this.#ending !== null;
  }

  /** Starts the worker with its brief; after an end it does nothing. */
  begin(brief: ChildBrief): void {
    if (this.#ending !== null) return;
    const { clock, startChild, stallMs } = this.#ground;
    try {
      this.#handle = startChild((message) => this.#receive(message));
    } catch (error) {
      return this.crash(`Cannot start a worker: ${messageOf(error)}`);
    }
    this.post({ type: "start", brief });
    this.#watch = this.#timers.use(
      new StallWatch(clock, stallMs, () => this.#desk.isBusy, () => void this.stop("stalled")),
    );
    this.#armTimeout();
  }

  /** Sends a message to the child; before its start and after its end it does nothing. */
  post(message: ToChild): void {
    this.#handle?.post(message);
  }

  /** Gives the child one last turn to hand over; its task then ends for `cause`. */
  windDown(cause: Extract<StopCause, HandoverReason>): void {
    if (this.#ending !== null || this.#isHandingOver) return;
    this.#isHandingOver = true;
    this.#apply({ type: "stop_asked", at: this.#ground.clock.now(), cause });
    void this.#ground.stopChildren(this.record);
    this.post({ type: "handover", reason: cause });
  }

  /** Brings the child to a stop; resolves when its task is final and nothing of it is left. */
  stop(cause: StopCause): Promise<void> {
    if (this.#ending !== null) return this.#ending;
    this.#apply({ type: "stop_asked", at: this.#ground.clock.now(), cause });
    return this.#end(() => ({ type: "stopped", at: this.#ground.clock.now(), summary: null }), () => {
      this.post({ type: "stop" });
      this.#desk[Symbol.dispose]();
    });
  }

  /** Called where a turn of the child ends and the next begins: no further when the run is to be parked. */
  async passBoundary(signal: AbortSignal): Promise<void> {
    if (this.#boundary === null) return;
    this.#boundary.resolve();
    await aborted(signal);
  }

  /**
   * Ends the run so that another can go on from the child's conversation: at the boundary of its turn, at once when it
   * only waits, or after `graceMs` wherever it is. The task is interrupted then. Returns the tools that were cut off.
   */
  async park(graceMs: number): Promise<readonly string[]> {
    if (this.#ending === null) await this.#reachBoundary(graceMs);
    const { inFlight } = this.record.progress.snapshot;
    if (this.#ending === null) {
      this.#isParked = true;
      this.#desk[Symbol.dispose]();
      this.#loopEnded.resolve();
      return await this.#end(() => ({ type: "host_died", at: this.#ground.clock.now() }), () => {})
        .then(() => inFlight);
    }
    await this.#ending;
    return [];
  }

  /** Takes the child's final message: the task is completed at once, the worker ended after. */
  complete(final: FinalMessage): void {
    if (!this.#apply({ type: "finished", at: this.#ground.clock.now(), final })) return;
    if (this.#ending !== null) return;
    this.#loopEnded.resolve();
    void this.#end(null, () => this.#desk[Symbol.dispose]());
  }

  /** Ends the task as crashed. */
  crash(message: string): void {
    this.fail("crashed", message);
  }

  /** Ends the task as failed for `reason`. */
  fail(reason: "crashed" | "unanswered" | "bad_output", message: string): void {
    const failure = {
      reason,
      error: { code: reason, message, retryable: reason === "crashed" },
      summary: null,
    };
    this.#endWith(() => ({ type: "failed", at: this.#ground.clock.now(), failure }));
  }

  /** The child asks something and waits; false when it is being stopped and can wait for nothing. */
  asked(question: Question): boolean {
    if (this.isEnding || this.record.state.status !== "running") return false;
    return this.#apply({ type: "asked", at: this.#ground.clock.now(), question });
  }

  /** The child no longer waits for what it asked. */
  answered(): void {
    if (this.isEnding || this.record.state.status !== "needs_input") return;
    this.#apply({ type: "answered", at: this.#ground.clock.now() });
  }

  async #reachBoundary(graceMs: number): Promise<void> {
    const { state, progress } = this.record;
    this.#boundary ??= Promise.withResolvers();
    if (this.#handle === null || state.status === "needs_input" || progress.waitingFor !== null) return;
    const patience = new AbortController();
    const grace = delay(this.#ground.clock, graceMs, patience.signal).catch(() => {}); // aborted below
    await Promise.race([this.#boundary.promise, this.#loopEnded.promise, grace]);
    patience.abort();
  }

  #receive(message: FromChild): void {
    this.#watch?.touch();
    try {
      this.#take(message);
    } catch (error) {
      this.#senseless(error);
    }
  }

  #senseless(error: unknown): void {
    this.crash(`It posted a message that makes no sense: ${messageOf(error)}`);
  }

  /** Takes a message in; after the final one it changes nothing any more. */
  #take(message: FromChild): void {
    if (message.type === "ended") this.#loopEnded.resolve();
    if (this.record.isFinal) return;
    switch (message.type) {
      case "event":
        this.record.progress.fold(message.event, this.#ground.clock.now());
        return this.#ground.onEvent(this.record, message.event);
      case "alive":
        return;
      case "evidence":
        return this.record.evidence.add(message.item);
      case "ended":
        return this.#loopOver(message.end);
      case "crashed":
        return this.crash(message.message);
      default:
        return this.#serve(message);
    }
  }

  #serve(message: Extract<FromChild, { type: "call" | "cast" | "abort_call" }>): void {
    if (!this.isEnding || message.type !== "call") return this.#desk.receive(message);
    if (message.service !== "close") return;
    // Sent before the child heard of its end: a complete final message still counts.
    this.#late = this.#takeLate(message.args as ClosingOffer); // typed by service_calls.ts
  }

  async #takeLate(offer: ClosingOffer): Promise<void> {
    try {
      const final = await this.#ground.judgeLate(this.record, offer);
      if (final !== null) this.complete(final);
    } catch (error) {
      this.#senseless(error);
    }
  }

  #loopOver(end: LoopEnd): void {
    if (this.isEnding) return;
    const at = this.#ground.clock.now();
    if (end.type === "final" || end.type === "aborted") {
      return this.crash(`Its loop ended (${end.type}) without a last word`);
    }
    if (end.type === "failed") {
      const { reason, error } = end;
      return this.#endWith(() => ({ type: "failed", at, failure: { reason, error, summary: null } }));
    }
    if (this.#isHandingOver) return this.#endWith(() => ({ type: "stopped", at, summary: end.text }));
    this.#endWith(() => ({
      type: "failed",
      at,
      failure: { reason: end.reason, error: null, summary: end.text },
    }));
  }

  /** What earlier runs of the task worked counts. */
  #armTimeout(): void {
    const { spec: { limits: { timeoutMs } }, progress } = this.record;
    if (timeoutMs === 0) return;
    const { clock } = this.#ground;
    const leftMs = Math.max(0, timeoutMs - progress.earlierMs);
    this.#timers.use(clock.after(leftMs - handoverReserveMs(timeoutMs), () => this.windDown("timeout")));
    this.#timers.use(clock.after(leftMs, () => void this.stop("timeout")));
  }

  /** Ends a run whose loop is over by itself; the first end stays. */
  #endWith(event: () => TaskEvent): void {
    if (this.#ending !== null) return;
    this.#desk[Symbol.dispose]();
    this.#loopEnded.resolve();
    void this.#end(event, () => {});
  }

  /** Begins the end; `ask` asks the child for it. */
  #end(event: (() => TaskEvent) | null, ask: () => void): Promise<void> {
    this.#timers.dispose();
    this.#ending = Promise.resolve().then(() => this.#windUp(event, ask));
    return this.#ending;
  }

  /** Own children first, then the worker and all it started, then the word that it is over, whatever that does. */
  async #windUp(event: (() => TaskEvent) | null, ask: () => void): Promise<void> {
    const { clock, stopChildren, endCommands, onOver } = this.#ground;
    try {
      if (!this.#isParked) await stopChildren(this.record);
      await climbDown(clock, {
        ask,
        ended: this.#handle === null ? Promise.resolve() : this.#loopEnded.promise,
        terminate: () => event === null ? this.#handle?.retire() : this.#handle?.[Symbol.dispose](),
        idle: () => this.#desk.idle(),
      });
      this.record.leftBehind = await endCommands(this.record);
      this.#services[Symbol.dispose]();
      await this.#late;
      if (event !== null) this.#apply(event());
    } finally {
      onOver(this);
    }
  }

  #apply(event: TaskEvent): boolean {
    return this.record.apply(event);
  }
}
