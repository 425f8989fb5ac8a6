import fc from "fast-check";
import type { SteerMode } from "../../lib/delegation/steer_box.ts";
import type { TaskRecord } from "../../lib/delegation/task_record.ts";
import type { CollectedTask } from "../../lib/protocol/task_view.ts";
import { settled } from "./fake_clock.ts";
import { LifeInvariants } from "./life_invariants.ts";
import type { Puppet } from "./puppet_child.ts";
import { AGENT, Stage, USER } from "./test_ground.ts";

/** One thing that happens in a session; `n` and `m` pick the task, the mode and the like. */
export interface Happening {
  readonly act: keyof typeof ACTS;
  readonly n: number;
  readonly m: number;
}

const NOBODY_HEARS = new AbortController().signal;

/** What may happen, each as far as it makes sense at that moment. */
const ACTS = {
  spawn: (life: Life, { n }: Happening) => void life.spawn(n),
  spawnBehind: (life: Life, { n, m }: Happening) => life.spawn(n, life.task(m)?.id),
  spawnBelow: (life: Life, { n }: Happening) => life.tool(n, "delegate_task_async", { goal: `below ${n}` }),
  turn: (life: Life, { n, m }: Happening) => life.step(n, (child) => child.turn(m)),
  request: (life: Life, { n }: Happening) => life.step(n, request),
  say: (life: Life, { n }: Happening) =>
    life.child(n)?.tell({ type: "event", event: { type: "text", delta: "words\n" } }),
  ask: (life: Life, { n }: Happening) => life.tool(n, "ask_parent", { question: `question ${n}?` }),
  write: (life: Life, { n, m }: Happening) =>
    life.during(n, (child) => child.call("approve", { type: "write", path: `/file ${m}` })),
  approve: (life: Life, { n, m }: Happening) => life.answerApproval(n, m),
  finish: (life: Life, { n, m }: Happening) =>
    life.step(n, (child) => child.finish(m % 4 === 0 ? " " : `summary ${m}`, m)),
  finishBadly: (life: Life, { n }: Happening) => life.step(n, (child) => child.finish("", 1)),
  crash: (life: Life, { n }: Happening) => life.child(n)?.tell({ type: "crashed", message: "bang" }),
  runOut: (life: Life, { n }: Happening) =>
    life.child(n)?.tell({ type: "ended", end: { type: "handover", reason: "max_turns", text: "so far" } }),
  collectBelow: (life: Life, { n }: Happening) => life.tool(n, "collect_task", {}),
  obey: (life: Life, { n }: Happening) => {
    const child = life.child(n);
    if (child?.heard("stop")) child.obeyStop();
  },
  steer: (life: Life, { n, m }: Happening) => life.steer(n, m),
  collect: (life: Life, { n, m }: Happening) => life.collect(n, m),
  cancel: (life: Life, { n, m }: Happening) => life.cancel(n, m),
  refuse: (life: Life, { n }: Happening) => life.stage.supervisor.questions.refuse(life.task(n)?.id ?? ""),
  notice: (life: Life, { m }: Happening) => life.notice(m),
  abortTurn: (life: Life) => life.stage.ground.ledger.giveBack(null),
  wait: (life: Life, { m }: Happening) => life.stage.ground.clock.advance([1, 20, 400, 9_000][m % 4] ?? 0),
} as const;

/** Anything that may happen to a session, in any order. */
export const happenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.record({
    act: fc.constantFrom(
      ...weighted({ spawn: 4, turn: 3, finish: 3, steer: 3, obey: 3, wait: 4, collect: 2 }),
    ),
    n: fc.nat(9),
    m: fc.nat(9),
  }),
  { minLength: 1, maxLength: 60, size: "max" },
);

function weighted(more: Partial<Record<Happening["act"], number>>): Happening["act"][] {
  const names = Object.keys(ACTS) as Happening["act"][]; // its own keys
  return names.flatMap((name) => Array<Happening["act"]>(more[name] ?? 1).fill(name));
}

/** Lets a session that begins with three tasks live through all of it and end; throws where a promise of the contract is broken. */
export async function live(all: readonly Happening[]): Promise<void> {
  const life = new Life();
  await life.stage.spawn("goal 0", "goal 1", "goal 2");
  for (const happening of all) {
    // What a call answers or refuses is looked at elsewhere; here only what it does to the tasks counts.
    void Promise.resolve(ACTS[happening.act](life, happening)).catch(() => {});
    await settled();
    await life.invariants.check();
  }
  await life.end();
}

class Life {
  readonly stage: Stage;
  readonly invariants: LifeInvariants;
  readonly #inLoop = new Set<Puppet>();
  readonly #inTools = new Map<Puppet, number>();
  #said = 0;

  constructor() {
    const config = { max_concurrent_children: 2, max_queued: 4, max_spawn_depth: 2, stall_seconds: 30 };
    this.stage = new Stage({
      delegation: { ...config, child_timeout_seconds: 20 },
      approvals: { timeout: 8 },
    }, { judge: () => Promise.resolve(["writes"]) });
    this.invariants = new LifeInvariants(this.stage);
  }

  task(n: number): TaskRecord | undefined {
    const tasks = this.stage.supervisor.table.seenBy(null);
    return tasks[n % Math.max(1, tasks.length)];
  }

  child(n: number): Puppet | undefined {
    return this.stage.puppets.all[n % Math.max(1, this.stage.puppets.all.length)];
  }

  spawn(n: number, after?: string): void {
    try {
      this.stage.supervisor.spawn(
        [{ goal: `goal ${n}`, ...(after === undefined ? {} : { after: [after] }) }],
        AGENT,
      );
    } catch {
      // The queue is full: nothing was taken.
    }
  }

  /** A child's loop does one thing at a time, and only when its tools are done. */
  async step(n: number, act: (child: Puppet) => Promise<unknown>): Promise<void> {
    const child = this.child(n);
    if (child === undefined || this.#inTools.has(child) || this.#inLoop.has(child)) return;
    this.#inLoop.add(child);
    await act(child).finally(() => this.#inLoop.delete(child));
  }

  tool(n: number, name: string, args: unknown): Promise<void> {
    return this.during(n, (child) => child.tool(name, args));
  }

  /** Tools of one turn run side by side. */
  async during(n: number, act: (child: Puppet) => Promise<unknown>): Promise<void> {
    const child = this.child(n);
    if (child === undefined || this.#inLoop.has(child)) return;
    const others = this.#inTools.get(child) ?? 0;
    this.#inTools.set(child, others + 1);
    await act(child).finally(() => {
      const left = (this.#inTools.get(child) ?? 1) - 1;
      if (left > 0) this.#inTools.set(child, left);
      else this.#inTools.delete(child);
    });
  }

  answerApproval(n: number, m: number): void {
    const { approvals } = this.stage.supervisor;
    const scope = (["once", "once", "task", "session"] as const)[n % 4] ?? "once";
    if (approvals.open.length > 0) approvals.answer(undefined, { allow: m % 2 === 0, scope });
  }

  steer(n: number, m: number): void {
    const record = this.task(n);
    const mode = (["next", "now", "after"] as const)[m % 3] as SteerMode; // one of three
    const message = `{said ${++this.#said}}`;
    if (record === undefined) return;
    const wasOpen = ["queued", "running", "needs_input"].includes(record.state.status);
    try {
      this.invariants.steered(record.id, this.stage.supervisor.steer(record, message, mode), message);
    } catch (error) {
      if (wasOpen) throw error;
    }
  }

  async collect(n: number, m: number): Promise<void> {
    const record = this.task(n);
    if (record === undefined) return;
    const timeout = m % 3 === 0 ? { timeout_s: m } : {};
    const caller = m % 2 === 0 ? AGENT : USER;
    const reply: CollectedTask = await this.stage.call(
      "collect_task",
      { task_id: record.id, ...timeout },
      caller,
      NOBODY_HEARS,
    );
    this.invariants.collected(reply);
  }

  async cancel(n: number, m: number): Promise<void> {
    const record = this.task(n);
    if (record === undefined) return;
    const caller = m % 2 === 0 ? AGENT : USER;
    await this.stage.call("cancel_task", { task_id: record.id }, caller, NOBODY_HEARS);
    this.invariants.cancelled(record);
  }

  notice(m: number): void {
    const notice = this.stage.supervisor.mail.takeNotice(null);
    if (m % 3 > 0) {
      this.invariants.noticed(notice);
      this.stage.supervisor.mail.confirm(null);
    } else this.stage.ground.ledger.giveBack(null);
  }

  async end(): Promise<void> {
    await this.stage[Symbol.asyncDispose]();
    await this.invariants.check();
    this.invariants.checkEnd();
  }
}

/** One model request, from its lease to its bill. */
async function request(child: Puppet): Promise<void> {
  const model = { provider: "local", model: "some-model", reasoningEffort: null };
  const lease = await child.call("acquire", { model, inputBound: 10, attempt: 1 });
  const usage = { input: 5, cached: 0, output: 5, reasoning: 0 };
  child.tell({
    type: "cast",
    service: "release",
    args: { leaseId: lease.id, outcome: { usage, error: null } },
  });
}
