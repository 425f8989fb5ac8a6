import { setImmediate } from "node:timers";
import { Conversation, lostCall } from "../../lib/agent/conversation.ts";
import { LoopControl } from "../../lib/agent/loop_control.ts";
import { runLoop } from "../../lib/agent/loop.ts";
import { ParentPort } from "../../lib/delegation/parent_port.ts";
import type { ChildLine } from "../../lib/delegation/workers.ts";
import { NO_USAGE } from "../../lib/protocol/conversation.ts";
import type { ChildBrief, FromChild, ToChild } from "../../lib/protocol/worker_messages.ts";
import { ROOMY } from "./agent_loop.ts";
import { delegationRunner } from "./delegation_runner.ts";
import { PuppetModel } from "./puppet_model.ts";

/** A child without a worker and without a server: the loop and the line of a child, and a model that the test leads. */
export class LoopChild implements ChildLine {
  readonly model: PuppetModel;
  /** While it holds, the parent's messages wait on the line; those of the child go out. */
  #isHeld = false;
  #isEnded = false;
  #brief: ChildBrief | null = null;
  readonly #waiting: ToChild[] = [];
  readonly #port: ParentPort;
  readonly #control = new LoopControl();
  readonly #tell: (message: FromChild) => void;

  constructor(tell: (message: FromChild) => void) {
    this.#tell = tell;
    this.#port = new ParentPort((message) => this.tell(message));
    this.model = new PuppetModel((signal) => this.#lease(signal));
  }

  get taskId(): string | null {
    return this.#brief?.taskId ?? null;
  }

  /** Nothing is heard of it any more. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Tells the parent something, a moment later and in order; once it is ended it is not heard. */
  tell(message: FromChild): void {
    queueMicrotask(() => this.#isEnded || this.#tell(message));
  }

  /** Holds back what the parent says, or lets it through. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (!isHeld) setImmediate(() => this.#takeNext());
  }

  post(message: ToChild): void {
    this.#waiting.push(message);
    if (this.#waiting.length === 1) queueMicrotask(() => this.#takeNext());
  }

  retire(): void {
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.#isEnded = true;
  }

  /** Like a worker, it has done all that follows from one message before it takes the next. */
  #takeNext(): void {
    if (this.#isHeld || this.#isEnded) return;
    const message = this.#waiting.shift();
    if (message === undefined) return;
    this.#take(message);
    if (this.#waiting.length > 0) setImmediate(() => this.#takeNext());
  }

  #take(message: ToChild): void {
    switch (message.type) {
      case "start":
        this.#brief = message.brief;
        return void this.#run(message.brief); // a loop never rejects
      case "stop":
        return this.#control.stop.abort(new DOMException("The task was stopped", "AbortError"));
      case "handover":
        return this.#control.askHandover(message.reason);
      case "interrupt":
        return this.#control.interrupt();
      default:
        return this.#port.settle(message);
    }
  }

  async #run(brief: ChildBrief): Promise<void> {
    const port = this.#port;
    const loop = runLoop({
      conversation: conversationOf(brief),
      client: this.model,
      schemas: brief.tools,
      runTool: delegationRunner((name, args, signal) => port.call("tool", { name, args }, signal)),
      inbox: {
        pull: (turn, signal) => port.call("pull", { turn }, signal),
        stored: (update) => port.cast("stored", update),
        close: (offer, signal) => port.call("close", offer, signal),
      },
      control: this.#control,
      maxTurns: brief.maxTurns,
      turnsDone: brief.turnsDone,
      context: ROOMY,
    });
    for (;;) {
      const step = await loop.next();
      if (step.done) return this.tell({ type: "ended", end: step.value });
      this.tell({ type: "event", event: step.value });
    }
  }

  async #lease(signal: AbortSignal): Promise<() => void> {
    const model = { provider: "local", model: "some-model", reasoningEffort: null };
    const lease = await this.#port.call("acquire", { model, inputBound: 10, attempt: 1 }, signal);
    const outcome = { usage: NO_USAGE, error: null };
    return () => this.#port.cast("release", { leaseId: lease.id, outcome });
  }
}

/** As a child makes it (lib/delegation/child.ts). */
function conversationOf({ history, systemPrompt, messages }: ChildBrief): Conversation {
  const conversation = history === null
    ? new Conversation([{ role: "system", content: systemPrompt }])
    : new Conversation(history, { stored: history.length });
  conversation.closeOpenCalls(lostCall);
  for (const message of messages) conversation.addUser(message);
  return conversation;
}
