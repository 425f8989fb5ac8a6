import type { ChildLine, StartChild } from "../../lib/delegation/workers.ts";
import type { ServiceCalls } from "../../lib/delegation/service_calls.ts";
import type { ChildBrief, ClosingReply, FromChild, ToChild } from "../../lib/protocol/worker_messages.ts";

/** A child without a worker: the test says what it posts and sees what it is told. */
export class Puppet implements ChildLine {
  readonly received: ToChild[] = [];
  /** The parent has ended it. */
  isEnded = false;
  readonly #tell: (message: FromChild) => void;
  readonly #calls = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;

  constructor(tell: (message: FromChild) => void) {
    this.#tell = tell;
  }

  /** What it was started with. */
  get brief(): ChildBrief {
    const start = this.received.find((message) => message.type === "start");
    if (start === undefined) throw new Error("The child was not started");
    return start.brief;
  }

  /** Whether it was told this. */
  heard(type: ToChild["type"]): boolean {
    return this.received.some((message) => message.type === type);
  }

  /** Takes a message of the parent; answers to its calls reach those who called. */
  post(message: ToChild): void {
    if (this.isEnded) return;
    this.received.push(message);
    if (message.type === "reply") this.#calls.get(message.id)?.resolve(message.value);
    if (message.type === "refused") this.#calls.get(message.id)?.reject(message.error);
  }

  retire(): void {
    this.isEnded = true;
  }

  /** Tells the parent something, whatever it is. Like a worker it is not heard once it is ended. */
  tell(message: FromChild): void {
    if (!this.isEnded) this.#tell(message);
  }

  /** Calls a service; rejects with the refusal, never settles when the parent does not answer. */
  call<Name extends keyof ServiceCalls>(
    service: Name,
    args: Parameters<ServiceCalls[Name]>[0],
  ): Promise<ReturnType<ServiceCalls[Name]>> {
    const id = ++this.#lastId;
    const answer = Promise.withResolvers<unknown>();
    answer.promise.catch(() => {}); // whoever awaits the call hears of it
    this.#calls.set(id, answer);
    this.tell({ type: "call", id, service, args });
    return answer.promise as Promise<ReturnType<ServiceCalls[Name]>>; // as service_calls.ts says
  }

  /** Calls a delegation tool. */
  tool(name: string, args: unknown): Promise<unknown> {
    return this.call("tool", { name, args });
  }

  /** Takes back the last call. */
  abortLastCall(): void {
    this.tell({ type: "abort_call", id: this.#lastId });
  }

  /** Begins a turn as the loop does: looks into the inbox. */
  async turn(turn: number): Promise<readonly string[]> {
    const messages = await this.call("pull", { turn });
    this.tell({ type: "cast", service: "stored", args: { from: 0, messages: [] } });
    this.tell({ type: "event", event: { type: "turn_started", turn } });
    return messages;
  }

  /** Offers a last word. */
  finish(summary: string, turn = 1, more: Record<string, unknown> = {}): Promise<ClosingReply> {
    return this.call("close", { text: "", finishArguments: JSON.stringify({ summary, ...more }), turn });
  }

  /** Does as it was asked when it was told to stop. */
  obeyStop(): void {
    this.tell({ type: "ended", end: { type: "aborted" } });
  }

  [Symbol.dispose](): void {
    this.isEnded = true;
  }
}

/** All puppets of a test, in the order in which they were started. */
export class Puppets {
  readonly all: Puppet[] = [];

  readonly start: StartChild = (onMessage) => {
    const puppet = new Puppet(onMessage);
    this.all.push(puppet);
    return puppet;
  };

  /** Resolves when the child of this task has its brief; loading its tools takes real time. */
  async started(taskId: string): Promise<void> {
    while (!this.all.some((puppet) => puppet.heard("start") && puppet.brief.taskId === taskId)) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** The puppet whose goal is this one. */
  of(goal: string): Puppet {
    const puppet = this.all.find(({ brief }) => brief.messages[0]?.includes(`<goal>\n${goal}\n</goal>`));
    if (puppet === undefined) throw new Error(`No child has the goal "${goal}"`);
    return puppet;
  }

  /** How many the parent has not ended. */
  get alive(): number {
    return this.all.filter((puppet) => !puppet.isEnded).length;
  }
}
