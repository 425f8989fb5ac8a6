import type { AgentEvent } from "../protocol/agent_events.ts";
import type { ConversationUpdate } from "../protocol/conversation.ts";
import type { FinalMessage, StopCause, TaskEvent } from "../protocol/task_state.ts";
import type { TaskView } from "../protocol/task_view.ts";
import type { ClosingOffer } from "../protocol/worker_messages.ts";
import { messageOf, ToolFailure } from "../support/errors.ts";
import type { TaskRequest } from "../tools/delegation/task_arguments.ts";
import { BriefWriter } from "./brief.ts";
import { Approvals } from "./approvals.ts";
import { AskTurns } from "./ask_turns.ts";
import { ChildRun } from "./child_run.ts";
import { childServices } from "./child_services.ts";
import { judgeClosing } from "./closing.ts";
import { Dependencies } from "./dependencies.ts";
import { ForeignTasks } from "./foreign_tasks.ts";
import type { Caller, Ground } from "./ground.ts";
import { Mail } from "./mail.ts";
import { planTasks } from "./plan_task.ts";
import { Questions } from "./questions.ts";
import { Slots } from "./slots.ts";
import type { SteerMode } from "./steer_box.ts";
import { StartLine } from "./start_line.ts";
import { TaskHerald } from "./task_herald.ts";
import { TaskRecord } from "./task_record.ts";
import type { TaskSnapshot } from "./task_snapshot.ts";
import { TaskTable } from "./task_table.ts";
import { viewTask } from "./view.ts";
import { Waits } from "./waits.ts";

/** Holds the tasks of a session, gives them slots, and brings each to its end. Never outlived by a child. */
export class Supervisor implements AsyncDisposable {
  readonly ground: Ground;
  readonly table = new TaskTable();
  readonly slots: Slots;
  readonly waits: Waits;
  /** Of all that agents ask. */
  readonly turns = new AskTurns();
  readonly questions = new Questions(this.turns);
  readonly approvals: Approvals;
  readonly mail: Mail;
  readonly herald: TaskHerald;
  readonly #runs = new Map<string, ChildRun>();
  readonly #dependencies: Dependencies;
  readonly #foreign: ForeignTasks;
  readonly #briefs: BriefWriter;
  readonly #startLine: StartLine;
  #isClosed = false;

  constructor(ground: Ground) {
    this.ground = ground;
    this.slots = new Slots(ground.config.delegation.max_concurrent_children);
    this.waits = new Waits(ground.clock);
    this.mail = new Mail(this);
    this.herald = new TaskHerald(ground.emit, (record) => this.view(record));
    this.approvals = new Approvals({
      ...ground,
      get config() {
        return ground.config.approvals;
      },
      redact: (text) => ground.redactor.text(text),
    });
    this.#dependencies = new Dependencies(this.table, this.slots);
    this.#foreign = new ForeignTasks({
      ground,
      table: this.table,
      onOver: (record) => this.#dependencies.ended(record, this.ground.clock.now()),
    });
    this.#briefs = new BriefWriter(ground);
    this.#startLine = new StartLine(ground.clock);
  }

  /** Takes tasks, all or none, and returns their records at once, before any child has started. */
  spawn(requests: readonly TaskRequest[], caller: Caller): readonly TaskRecord[] {
    if (this.#isClosed) throw new ToolFailure("not_running", "Cannot delegate: the session is closed");
    if (caller.by === "user") this.#foreign.learn(requests.flatMap(({ after }) => after ?? []));
    const now = this.ground.clock.now();
    const records = planTasks(this, requests, caller).map((spec) =>
      new TaskRecord(spec, now, (record, event) => this.#changed(record, event))
    );
    for (const record of records) {
      this.table.add(record);
      this.#enqueue(record);
    }
    return records;
  }

  /** Takes tasks in as an earlier run left them, those above before those below; none of them starts. */
  adopt(snapshots: readonly TaskSnapshot[]): readonly TaskRecord[] {
    return snapshots.filter(({ spec }) => !this.table.owns(spec.taskId)).map((snapshot) => {
      const record = this.#restored(snapshot);
      this.table.add(record);
      return record;
    });
  }

  /** Lets an interrupted task go on where its last run stopped. */
  resume(record: TaskRecord): void {
    record.apply({ type: "resumed", at: this.ground.clock.now() });
    this.#foreign.learn(record.spec.after);
    this.#enqueue(record);
  }

  /** Forgets a task that another process goes on with; those that were to follow it do so all the same. */
  letGo(record: TaskRecord): void {
    this.table.remove(record);
    if (this.#dependencies.isAwaited(record.id)) this.#foreign.learn([record.id]);
  }

  /** The record of a task as everyone sees it, now. */
  view(record: TaskRecord): TaskView {
    return viewTask(record, {
      now: this.ground.clock.now(),
      queuePosition: this.slots.position(record.id),
      delivered: this.#isDelivered(record),
      subtree: this.table.subtree(record),
    });
  }

  /** Of a task of another session, that one's process may have delivered it. */
  #isDelivered({ id, isFinal, spec: { sessionId } }: TaskRecord): boolean {
    const { ledger, sessionId: own } = this.ground;
    return isFinal && sessionId !== own ? ledger.isDelivered(id) : ledger.isClaimed(id);
  }

  /** Accepts a message for a task that is not over and returns the id of its receipt. */
  steer(record: TaskRecord, message: string, mode: SteerMode): string {
    const { status } = record.state;
    if (record.isFinal || status === "stopping" || status === "interrupted") {
      const already = record.isFinal ? "already " : "";
      throw new ToolFailure("not_running", `Cannot steer task ${record.id}: it is ${already}${status}`);
    }
    const steerId = record.steers.accept(message, mode);
    this.ground.keeper.changed(record);
    if (this.questions.answer(record.id, message)) {
      record.steers.deliver(steerId, record.progress.turn);
      this.mail.tellSteered(record, steerId, record.progress.turn);
      return steerId;
    }
    if (mode === "now") this.#runs.get(record.id)?.post({ type: "interrupt" });
    if (mode !== "after") this.waits.messageCame(record.id);
    return steerId;
  }

  /** Stops a task and all below it; resolves when nothing of it runs any more. A final task stays as it is. */
  async stop(record: TaskRecord, cause: StopCause): Promise<void> {
    const run = this.#runs.get(record.id);
    if (run !== undefined) await run.stop(cause);
    const isParked = record.state.status === "interrupted" && run !== undefined;
    if (record.isFinal || (isParked && cause === "session_closed")) return;
    record.apply({ type: "stop_asked", at: this.ground.clock.now(), cause });
    this.slots.leave(record.id);
    await this.#stopChildrenOf(record); // an interrupted one may have some
  }

  /**
   * Brings tasks to a halt from which another host can go on: each at the boundary of its turn, or wherever it is after
   * `graceMs`. Returns those that were not over, with the tools that were cut off.
   */
  async park(isMeant: (record: TaskRecord) => boolean, graceMs: number): Promise<readonly Parked[]> {
    const live = this.table.seenBy(null).filter((record) => record.isLive && isMeant(record));
    for (const record of live) this.slots.withdraw(record.id);
    return await Promise.all(live.map(async (record) => {
      const cutOff = await this.#runs.get(record.id)?.park(graceMs) ?? [];
      if (record.state.status === "queued") record.apply({ type: "host_died", at: this.ground.clock.now() });
      return { record, cutOff };
    }));
  }

  /** What the conversation of a task has become; all that its agent claimed stands in it. */
  stored(record: TaskRecord, update: ConversationUpdate): void {
    const { keeper } = this.ground;
    keeper.conversation(record, update);
    keeper.changed(record);
    this.mail.confirm(record.id);
  }

  /** Puts a child's question and waits for the answer; its slot goes to the queue meanwhile. */
  ask(run: ChildRun, text: string, signal: AbortSignal): Promise<string> {
    this.slots.lend(run.record.id);
    return this.questions.ask(run, text, signal);
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
      this.mail.hasNews(record.id) || !this.table.hasLive(record.id) || record.steers.isWaiting
        ? "ready"
        : null;
    if (look() !== null) return;
    this.slots.lend(record.id);
    record.progress.waitingFor = "child";
    await this.waits.until({ owner: record.id, look, timeoutMs: null, signal });
    record.progress.waitingFor = null;
  }

  /** Stops all tasks for `cause`; interrupted ones stay what they are. */
  async close(cause: StopCause): Promise<void> {
    const left = this.table.childrenOf(null).filter(({ state }) => state.status !== "interrupted");
    await Promise.all(left.map((record) => this.stop(record, cause)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await this.close("session_closed");
    this.#foreign[Symbol.dispose]();
    this.#startLine[Symbol.dispose]();
  }

  #enqueue(record: TaskRecord): void {
    record.journalledIn(this.ground.sessionId);
    this.ground.keeper.changed(record);
    const held = !this.#dependencies.add(record);
    record.progress.waitingFor = held ? "after" : "slot";
    this.herald.queued(record);
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
      const brief = await this.#briefs.write(record, this.#dependencies.handedOn(record));
      if (run.isEnding) return;
      const said = this.mail.takeSteers(record, brief.turnsDone, { closing: false });
      run.begin({ ...brief, messages: [...brief.messages, ...said] });
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
      endCommands: async ({ id, evidence }) =>
        evidence.hasCalled("terminal")
          ? await this.ground.endCommands(id).catch((error) => [`It cannot be told: ${messageOf(error)}`])
          : [],
      onEvent: (child, event) => this.#childDid(child, event),
      onOver: ({ record: over }) => {
        this.#runs.delete(over.id);
        this.ground.ledger.giveBack(over.id); // nothing stores any more what it had claimed
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

  #restored(snapshot: TaskSnapshot): TaskRecord {
    return TaskRecord.restored(snapshot, (record, event) => this.#changed(record, event));
  }

  #changed(record: TaskRecord, event: TaskEvent): void {
    this.ground.keeper.changed(record);
    this.herald.changed(record, event);
    if (record.isFinal) this.#dependencies.ended(record, this.ground.clock.now());
    this.waits.changed();
  }

  #childDid(record: TaskRecord, event: AgentEvent): void {
    if (event.type === "tool_started") record.evidence.toolCall(event.name);
    this.herald.did(record, event);
    if (event.type === "tool_started" || event.type === "tool_ended") this.herald.progress(record);
  }
}

/** A task that was brought to a halt, and its tools that were cut off in the middle. */
export interface Parked {
  readonly record: TaskRecord;
  readonly cutOff: readonly string[];
}

async function judgeLate(record: TaskRecord, offer: ClosingOffer): Promise<FinalMessage | null> {
  const judgement = await judgeClosing(record.spec, offer);
  return "final" in judgement ? judgement.final : null;
}
