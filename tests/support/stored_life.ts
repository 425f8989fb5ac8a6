import type { Config } from "../../lib/config/schema.ts";
import type { TaskRecord } from "../../lib/delegation/task_record.ts";
import { resumeTask } from "../../lib/session/resumption.ts";
import { settled } from "./fake_clock.ts";
import type { LoopChild } from "./loop_child.ts";
import type { PuppetModel } from "./puppet_model.ts";
import { StoredHost } from "./stored_host.ts";
import { StoredInvariants } from "./stored_invariants.ts";

/** Between one try to bring everything to rest and the next; more than any timer of a healthy session takes. */
const ROUND_MS = 2_000;
const ROUNDS = 200;

/** How far a happening goes before the next one comes. */
export interface Pace {
  /** Until it has come back. */
  readonly isAwaited: boolean;
  /** The next one comes in the middle of it. */
  readonly goesOn: boolean;
}

/** A session in one host after the other, and what may happen to it. */
export class StoredLife {
  readonly invariants = new StoredInvariants();
  readonly #home: string;
  readonly #config: Config;
  #host: StoredHost | null = null;
  #said = 0;

  static async begin(home: string, config: Config): Promise<StoredLife> {
    const life = new StoredLife(home, config);
    await life.#start({ now: 1_000_000 });
    await life.ownerCall(0, 0);
    await quiet();
    await life.host.clock.advance(20);
    return life;
  }

  private constructor(home: string, config: Config) {
    this.#home = home;
    this.#config = config;
  }

  get host(): StoredHost {
    if (this.#host === null) throw new TypeError("There is no host yet");
    return this.#host;
  }

  /**
   * One thing, and all that follows from it at once, or with `goesOn` as much of it as a moment takes. A host that died
   * of it, or left, is followed by another.
   */
  async happen(act: () => unknown, { isAwaited, goesOn }: Pace): Promise<void> {
    // What a call answers or refuses counts only as far as somebody reads it: the invariants look at that.
    const done = Promise.resolve().then(act).catch(() => {});
    if (isAwaited) await done;
    else if (!goesOn) await quiet();
    else await Promise.resolve();
    this.invariants.check();
    if (this.host.isDead) await this.#follow();
  }

  task(n: number): TaskRecord | undefined {
    const tasks = this.host.supervisor.table.seenBy(null);
    return tasks[n % Math.max(1, tasks.length)];
  }

  child(n: number): LoopChild | undefined {
    const living = this.host.children.filter((child) => !child.isEnded);
    return living[n % Math.max(1, living.length)];
  }

  /** One that waits for its model. */
  askedChild(n: number): LoopChild | undefined {
    const asked = this.host.children.filter((child) => !child.isEnded && child.model.isAsked);
    return asked[n % Math.max(1, asked.length)];
  }

  async answer(message: string): Promise<void> {
    await this.host.answer(message);
  }

  /** As a chat that is idle does, or as one that drains. */
  async tellNews(m: number): Promise<void> {
    const { agent, supervisor } = this.host;
    if (agent.isBusy || !supervisor.mail.hasNews(null)) return;
    await this.answer(m % 2 === 0 ? "" : supervisor.mail.takeNotice(null) ?? "");
  }

  /** The owner calls tools, in a turn that runs or in a new one. */
  async ownerCall(n: number, m: number): Promise<void> {
    const { host } = this;
    if (!host.agent.isBusy) {
      void this.answer("go on").catch(() => {}); // it fails only of a death
      await quiet();
    }
    if (host === this.#host) this.call(host.model, n, m);
  }

  /** Whoever this model speaks for calls tools. */
  call(model: PuppetModel, n: number, m: number): void {
    if (!model.isAsked) return;
    const task_id = this.task(n)?.id ?? "t00000";
    const goal = `goal ${++this.#said}`;
    const spawn = ["delegate_task_async", { goal }] as const;
    const collect = ["collect_task", { task_id }] as const;
    const choices = [
      () => model.call(spawn, ["delegate_task_async", { goal: `${goal}b` }]),
      () => model.call(["delegate_task_async", { goal, after: [task_id] }]),
      () => model.call(["delegate_task", { goal }]),
      () => model.call(collect),
      () => model.call(["collect_task", {}]),
      () => model.call(["collect_task", { mode: "any" }], spawn),
      () => model.call(["collect_task", { task_id, timeout_s: 0 }], collect),
      () => model.call(["cancel_task", { task_id }]),
      () => model.call(["cancel_task", { task_id }], collect),
      () => model.call(spawn),
    ];
    choices[m % choices.length]?.();
  }

  childCall(n: number, m: number): void {
    const child = this.askedChild(n);
    if (child === undefined) return;
    if (m === 9) return child.model.call(["ask_parent", { question: "which?" }]);
    this.call(child.model, n + m, m);
  }

  finish(n: number, m: number): void {
    const outcome = ["done", "partial", "blocked", "done"][m % 4];
    this.askedChild(n)?.model.call(["finish", { summary: `summary ${++this.#said}`, outcome }]);
  }

  async look(n: number): Promise<void> {
    const record = this.task(n);
    if (record !== undefined) await this.invariants.look(this.host, record.id);
  }

  steer(n: number, m: number): void {
    const record = this.task(n);
    const mode = (["next", "now", "after"] as const)[m % 3] ?? "next";
    if (record !== undefined) this.host.supervisor.steer(record, `said ${++this.#said}`, mode);
  }

  async cancel(n: number): Promise<void> {
    const record = this.task(n);
    if (record !== undefined) await this.invariants.cancel(this.host, record.id);
  }

  resume(n: number): void {
    const waiting = this.host.supervisor.table.seenBy(null).filter(isInterrupted);
    const record = waiting[n % Math.max(1, waiting.length)];
    if (record !== undefined) resumeTask(this.host, record.id);
  }

  /** Lets everything come to its end: all go on, finish, and are read. */
  async rest(): Promise<void> {
    for (let round = 0; round < ROUNDS; round++) {
      await quiet();
      if (this.host.isDead) await this.#follow();
      if (this.#isAtRest()) return await this.#lastLook();
      const { host } = this;
      await this.#nudge().catch((error) => {
        if (!host.isDead) throw error;
      });
    }
    throw new Error(`It does not come to rest: ${this.#standing()}`);
  }

  /** Nothing is left of it, whatever became of it. */
  async end(): Promise<void> {
    const { host } = this;
    const { sessionId } = host;
    host.die();
    const next = await StoredHost.start(this.#setup({ now: host.clock.now() }));
    next.store.removeSession(sessionId);
    next.store.removeSession(next.sessionId);
    await next.leave({ parks: false });
  }

  async #start(place: { readonly now: number; readonly goOnWith?: string }): Promise<void> {
    const host = await StoredHost.start(this.#setup(place));
    this.#host = host;
    await this.invariants.opened(host);
  }

  #setup(place: { readonly now: number; readonly goOnWith?: string }) {
    return { home: this.#home, config: this.#config, onEvent: this.invariants.told, ...place };
  }

  /** The next process of the same session. */
  async #follow(): Promise<void> {
    const { host } = this;
    await settled(); // what the dead one was about to do comes to nothing
    await this.#start({ now: host.clock.now() + 1, goOnWith: host.sessionId });
  }

  #isAtRest(): boolean {
    const { agent, supervisor } = this.host;
    return !agent.isBusy && !supervisor.mail.hasNews(null) &&
      supervisor.table.seenBy(null).every(({ isFinal }) => isFinal);
  }

  async #nudge(): Promise<void> {
    const { host } = this;
    const { supervisor, model, children } = host;
    for (const record of supervisor.table.seenBy(null).filter(isInterrupted)) {
      const owner = supervisor.table.get(record.spec.ownerId ?? "");
      if (owner?.state.status !== "interrupted" && isInterrupted(record)) resumeTask(host, record.id);
    }
    for (const record of supervisor.table.seenBy(null)) supervisor.questions.refuse(record.id);
    for (const child of children) {
      child.hold(false);
      if (child.model.isAsked) child.model.call(["finish", { summary: `last ${++this.#said}` }]);
    }
    if (model.isAsked) model.say("read");
    void this.tellNews(0).catch(() => {}); // looked at in the next round
    await host.clock.advance(ROUND_MS);
  }

  /** Once more from the disk, as the next process finds it. */
  async #lastLook(): Promise<void> {
    await this.host.leave({ parks: true });
    await this.#follow();
    this.invariants.checkRest(this.host);
  }

  #standing(): string {
    const { supervisor, agent } = this.host;
    const tasks = supervisor.table.seenBy(null).map(({ id, state }) => `${id} ${state.status}`);
    return `${agent.isBusy ? "the owner is busy; " : ""}${tasks.join(", ")}`;
  }
}

function isInterrupted({ state }: TaskRecord): boolean {
  return state.status === "interrupted";
}

/** Resolves when all that needs neither time nor an answer has come about; a child's tools are loaded on use. */
async function quiet(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await settled();
}
