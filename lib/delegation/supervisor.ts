import type { AgentEvent } from "../protocol/agent_events.ts";
import type { FinalMessage, StopCause, TaskEvent } from "../protocol/task_state.ts";
import type { TaskView } from "../protocol/task_view.ts";
import type { ClosingOffer } from "../protocol/worker_messages.ts";
import type { OwnerId } from "../store/delivery.ts";
import { messageOf, ToolFailure } from "../support/errors.ts";
import type { TaskRequest } from "../tools/delegation/task_arguments.ts";
import { BriefWriter } from "./brief.ts";
import { ChildRun } from "./child_run.ts";
import { childServices } from "./child_services.ts";
import { judgeClosing } from "./closing.ts";
import { Dependencies } from "./dependencies.ts";
import type { Caller, Ground } from "./ground.ts";
import { writeNotice } from "./notice.ts";
import { planTasks } from "./plan_task.ts";
import { Questions } from "./questions.ts";
import { Slots } from "./slots.ts";
import type { SteerMode } from "./steer_box.ts";
import { StartLine } from "./start_line.ts";
import { TaskRecord } from "./task_record.ts";
import { TaskTable } from "./task_table.ts";
import { viewTask } from "./view.ts";
import { Waits } from "./waits.ts";

/** Holds the tasks of a session, gives them slots, and brings each to its end. Never outlived by a child. */
export class Supervisor implements AsyncDisposable {
  readonly ground: Ground;
  readonly table = new TaskTable();
  readonly slots: Slots;
  readonly waits: Waits;
  readonly questions = new Questions();
  readonly #runs = new Map<string, ChildRun>();
  readonly #dependencies: Dependencies;
  readonly #briefs: BriefWriter;
  readonly #startLine: StartLine;
  #isClosed = false;

  constructor(ground: Ground) {
    this.ground = ground;
    this.slots = new Slots(ground.config.delegation.max_concurrent_children);
    this.waits = new Waits(ground.clock);
    this.#dependencies = new Dependencies(this.table, this.slots);
    this.#briefs = new BriefWriter(ground);
    this.#startLine = new StartLine(ground.clock);
  }

  /** Takes tasks, all or none, and returns their records at once, before any child has started. */
  spawn(requests: readonly TaskRequest[], caller: Caller): readonly TaskRecord[] {
    if (this.#isClosed) throw new ToolFailure("not_running", "Cannot delegate: the session is closed");
    const now = this.ground.clock.now();
    const records = planTasks(this, requests, caller).map((spec) =>
      new TaskRecord(spec, now, (record, event) => this.#changed(record, event))
    );
    for (const record of records) this.#take(record);
    return records;
  }

  /** The record of a task as everyone sees it, now. */
  view(record: TaskRecord): TaskView {
    return viewTask(record, {
      now: this.ground.clock.now(),
      queuePosition: this.slots.position(record.id),
      delivered: this.ground.ledger.isClaimed(record.id),
      subtree: this.table.subtree(record),
    });
  }

  /** Accepts a message for a task that is not over and returns the id of its receipt. */
  steer(record: TaskRecord, message: string, mode: SteerMode): string {
    const { status } = record.state;
    if (record.isFinal || status === "stopping" || status === "interrupted") {
      const already = record.isFinal ? "already " : "";
      throw new ToolFailure("not_running", `Cannot steer task ${record.id}: it is ${already}${status}`);
    }
    const steerId = record.steers.accept(message, mode);
    if (this.questions.answer(record.id, message)) {
      record.steers.deliver(steerId, record.progress.turn);
      this.#tellSteered(record, steerId, record.progress.turn);
      return steerId;
    }
    if (mode === "now") this.#runs.get(record.id)?.post({ type: "interrupt" });
    if (mode !== "after") this.waits.messageCame(record.id);
    return steerId;
  }

  /** Stops a task and all below it; resolves when nothing of it runs any more. A final task stays as it is. */
  async stop(record: TaskRecord, cause: StopCause): Promise<void> {
    const run = this.#runs.get(record.id);
    if (run !== undefined) return await run.stop(cause);
    if (record.isFinal) return;
    record.apply({ type: "stop_asked", at: this.ground.clock.now(), cause });
    this.slots.leave(record.id);
  }

  /** The user messages due before the request of `turn` of this task: steers first, then notices of its own tasks. */
  pullFor(record: TaskRecord, turn: number): readonly string[] {
    const notice = this.takeNotice(record.id);
    return [...this.takeSteers(record, turn, { closing: false }), ...(notice === null ? [] : [notice])];
  }

  /** Takes the steers that are due; they count as delivered at `turn`. */
  takeSteers(record: TaskRecord, turn: number, options: { readonly closing: boolean }): readonly string[] {
    const due = record.steers.take(turn, options);
    this.waits.messagesRead(record.id);
    for (const { id } of due) this.#tellSteered(record, id, turn);
    return due.map(({ message }) => message);
  }

  /** One message about the tasks of this agent that ended uncollected and the questions it was not told; claims both. */
  takeNotice(owner: OwnerId): string | null {
    const own = this.table.childrenOf(owner);
    const asked = this.questions.announce(own.map((record) => record.id));
    const ended = own.filter((record) =>
      record.isFinal && this.ground.ledger.claim(record.id, owner, "notice")
    );
    return writeNotice(ended, asked, this.ground.config.delegation.notice_chars);
  }

  /** Whether {@linkcode takeNotice} would have something for this agent. */
  hasNews(owner: OwnerId): boolean {
    return this.table.childrenOf(owner).some((record) =>
      record.isFinal ? !this.ground.ledger.isClaimed(record.id) : this.questions.isNews(record.id)
    );
  }

  /** Whether a task of this agent is not over. */
  hasLive(owner: OwnerId): boolean {
    return this.table.childrenOf(owner).some((record) => !record.isFinal);
  }

  /** All that this agent claimed now stands in its conversation. */
  confirmDeliveries(owner: OwnerId): void {
    for (const { taskId, way } of this.ground.ledger.confirm(owner)) {
      this.ground.emit({ type: "task.delivered", by: way }, taskId);
    }
  }

  /** Puts a child's question and waits for the answer; its slot goes to the queue meanwhile. */
  ask(run: ChildRun, text: string, signal: AbortSignal): Promise<string> {
    this.slots.lend(run.record.id);
    return this.questions.ask(run, text, signal);
  }

  /** What a child that would end has to hear first: steers, those for its end included, then notices of its own tasks. */
  takeLate(record: TaskRecord, turn: number): readonly string[] {
    const notice = this.takeNotice(record.id);
    return [...this.takeSteers(record, turn, { closing: true }), ...(notice === null ? [] : [notice])];
  }

  /**
   * Waits, without its slot, until the tasks of this one are over or one of them has news. It would end: a question
   * that it was told of and left open is one that nobody answers.
   */
  async drainChildren(record: TaskRecord, signal: AbortSignal): Promise<void> {
    for (const { id } of this.table.childrenOf(record.id)) {
      if (!this.questions.isNews(id)) this.questions.refuse(id);
    }
    const look = () =>
      this.hasNews(record.id) || !this.hasLive(record.id) || record.steers.isWaiting ? "ready" : null;
    if (look() !== null) return;
    this.slots.lend(record.id);
    record.progress.waitingFor = "child";
    await this.waits.until({ owner: record.id, look, timeoutMs: null, signal });
    record.progress.waitingFor = null;
  }

  /** Stops all tasks for `cause`. */
  async close(cause: StopCause): Promise<void> {
    await Promise.all(this.table.childrenOf(null).map((record) => this.stop(record, cause)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await this.close("session_closed");
    this.#startLine[Symbol.dispose]();
  }

  #take(record: TaskRecord): void {
    this.table.add(record);
    const held = !this.#dependencies.add(record);
    record.progress.waitingFor = held ? "after" : "slot";
    this.ground.emit({ type: "task.queued", task: this.view(record) }, record.id);
    this.slots.join(record.id, { held, grant: () => this.#start(record) });
    this.#dependencies.settle(record, this.ground.clock.now());
  }

  /** The task has a slot. Its child starts in a moment, so that the spawn's reply goes out first. */
  #start(record: TaskRecord): void {
    record.progress.waitingFor = null;
    record.apply({ type: "started", at: this.ground.clock.now() });
    const run = this.#newRun(record);
    this.#runs.set(record.id, run);
    this.#startLine.join(() => void this.#brief(run));
  }

  async #brief(run: ChildRun): Promise<void> {
    const { record } = run;
    try {
      const brief = await this.#briefs.write(record.spec, this.#dependencies.handedOn(record));
      if (run.isEnding) return;
      run.begin({
        ...brief,
        messages: [...brief.messages, ...this.takeSteers(record, 0, { closing: false })],
      });
    } catch (error) {
      run.crash(`Cannot write the brief: ${messageOf(error)}`);
    }
  }

  #newRun(record: TaskRecord): ChildRun {
    const { clock, startChild, config } = this.ground;
    return new ChildRun(record, {
      clock,
      startChild,
      stallMs: 1000 * config.delegation.stall_seconds,
      services: (run) => childServices(this, run),
      judgeLate,
      stopChildren: (parent) => this.#stopChildrenOf(parent),
      onEvent: (child, event) => this.#tellEvent(child, event),
      onOver: ({ record: over }) => {
        this.#runs.delete(over.id);
        this.slots.leave(over.id);
      },
    });
  }

  async #stopChildrenOf({ id, state }: TaskRecord): Promise<void> {
    const cause = state.status === "stopping" && state.cause === "session_closed"
      ? state.cause
      : "cancelled_by_parent";
    await Promise.all(this.table.childrenOf(id).map((child) => this.stop(child, cause)));
  }

  #changed(record: TaskRecord, event: TaskEvent): void {
    if (event.type === "started") {
      this.ground.emit({ type: "task.started", task: this.view(record) }, record.id);
    }
    if (event.type === "asked") {
      this.ground.emit({ type: "task.question", question: event.question.text }, record.id);
    }
    if (record.isFinal) {
      this.ground.emit({ type: "task.ended", task: this.view(record) }, record.id);
      this.#dependencies.ended(record, this.ground.clock.now());
    }
    this.waits.changed();
  }

  #tellEvent(record: TaskRecord, event: AgentEvent): void {
    const { progress, evidence } = record;
    if (event.type === "tool_started") {
      evidence.toolCall(event.name);
      const { callId: call_id, name, about } = event;
      this.ground.emit({ type: "tool.started", call_id, name, about }, record.id);
    }
    if (event.type === "turn_started" || event.type === "tool_started" || event.type === "tool_ended") {
      this.ground.emit(
        { type: "task.progress", turn: progress.turn, current_tool: progress.currentTool },
        record.id,
      );
    }
    if (event.type === "tool_ended") {
      const { callId: call_id, name, durationMs: duration_ms, errorCode: error_code } = event;
      this.ground.emit({ type: "tool.ended", call_id, name, duration_ms, error_code }, record.id);
    }
  }

  #tellSteered(record: TaskRecord, steerId: string, turn: number): void {
    this.ground.emit({ type: "task.steered", steer_id: steerId, delivered_at_turn: turn }, record.id);
  }
}

function judgeLate(record: TaskRecord, offer: ClosingOffer): FinalMessage | null {
  const judgement = judgeClosing(record.spec, offer);
  return "final" in judgement ? judgement.final : null;
}
