import { KnownModels } from "../../lib/config/known_models.ts";
import { modelFacts } from "../../lib/config/model_facts.ts";
import type { Endpoint } from "../../lib/config/endpoint.ts";
import type { Caller, Ground } from "../../lib/delegation/ground.ts";
import { Supervisor } from "../../lib/delegation/supervisor.ts";
import { callDelegation } from "../../lib/delegation/delegation_calls.ts";
import type { EventBody, LossyBody } from "../../lib/protocol/events.ts";
import { createBroker } from "../../lib/provider/broker.ts";
import type { Broker, SessionBroker } from "../../lib/provider/provider.ts";
import { MemoryLedger } from "../../lib/store/delivery.ts";
import { createRedactor } from "../../lib/support/redact.ts";
import { loaded } from "../config/temp_home.ts";
import { FakeClock } from "./fake_clock.ts";
import { Puppets } from "./puppet_child.ts";
import type { Reading } from "./wire_reading.ts";

export const AGENT: Caller = { ownerId: null, by: "agent" };
export const USER: Caller = { ownerId: null, by: "user" };

/** One event as it was emitted. */
export type Emitted = { readonly taskId: string | undefined } & (EventBody | LossyBody);

/** What a supervisor stands on in a test: puppets for children, a clock that stands still, a broker without servers. */
export interface TestGround extends Ground {
  readonly clock: FakeClock;
  readonly puppets: Puppets;
  readonly emitted: Emitted[];
  readonly openLeases: ReadonlySet<number>;
}

/** `delegation` and other sections of config.yaml are set as given. */
export function testGround(config: Record<string, unknown> = {}, more: Partial<Ground> = {}): TestGround {
  const puppets = new Puppets();
  const emitted: Emitted[] = [];
  const openLeases = new Set<number>();
  const clock = new FakeClock();
  const settings = more.config ?? loaded(JSON.stringify(config)).config;
  const home = more.sessionId ?? "s00001";
  let lastId = 0;
  return {
    startChild: puppets.start,
    config: settings,
    broker: watchedBroker({ config: settings, clock }, openLeases),
    payerOf: ({ command, sessionId }) =>
      command ?? (sessionId === home ? null : { id: sessionId, caps: settings.budget.session }),
    ledger: new MemoryLedger(),
    keeper: { changed() {}, conversation() {}, history: () => [], find: () => undefined, lastIds: () => [] },
    sessionId: home,
    model: { provider: "local", model: "some-model", reasoningEffort: null },
    waysOf: () => ({ fallbacks: [], dialects: {}, cacheKey: "s00001" }),
    factsOf: (model) => modelFacts(settings, NOTHING_KNOWN, model),
    needsPrice: false,
    toolsets: ["terminal", "file"],
    cwd: "/work",
    spillDir: "/spill/s00001",
    redactor: createRedactor([]),
    secretPaths: [],
    endCommands: () => Promise.resolve([]),
    judge: () => Promise.resolve([]),
    isYolo: false,
    shellFor: () => ({ run: (_command, signal) => untilAborted(signal) }),
    emit: (body, taskId) => void emitted.push({ taskId, ...body }),
    saveSummary: (taskId) => `/spill/${taskId}.md`,
    newTaskId: () => `t${String(++lastId).padStart(5, "0")}`,
    untilOver: (_taskId, signal) => untilAborted(signal),
    ...more,
    clock,
    puppets,
    emitted,
    openLeases,
  };
}

/** A supervisor on a test's ground, with the calls that tests make of it. */
export class Stage implements AsyncDisposable {
  readonly ground: TestGround;
  readonly supervisor: Supervisor;

  constructor(config: Record<string, unknown> = {}, more: Partial<Ground> = {}) {
    this.ground = testGround(config, more);
    this.supervisor = new Supervisor(this.ground);
  }

  get puppets(): Puppets {
    return this.ground.puppets;
  }

  /** A delegation tool as an agent or a person calls it. */
  async call(
    name: string,
    args: unknown,
    caller: Caller = AGENT,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<Reading> {
    return await callDelegation(this.supervisor, name, args, caller, signal);
  }

  /** Spawns tasks with these goals and lets their children start; returns their ids. */
  async spawn(...goals: readonly string[]): Promise<string[]> {
    const records = goals.map((goal) => this.supervisor.spawn([{ goal }], AGENT)[0]);
    await this.started();
    return records.map((record) => record?.id ?? "");
  }

  /** Lets all children start that have a slot. */
  async started(): Promise<void> {
    await this.ground.clock.advance(20);
    const running = this.supervisor.table.seenBy(null).filter(({ state }) => state.status === "running");
    await Promise.all(running.map(({ id }) => this.puppets.started(id)));
  }

  /** The record of a task as a look shows it. */
  check(taskId: string): Promise<Reading> {
    return this.call("check_task", { task_id: taskId }, USER);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.supervisor[Symbol.asyncDispose]();
    await this.ground.clock.advance(5_000);
    await closed;
  }
}

/** The broker for a server that nobody asks; `open` has the leases that are out. */
function watchedBroker(
  { config, clock }: Pick<Ground, "config" | "clock">,
  open: Set<number>,
): SessionBroker {
  const broker = createBroker({
    endpointOf: (provider) => ({ ...ENDPOINT, provider }),
    settingsOf: (model) => modelFacts(config, NOTHING_KNOWN, model),
    clock,
    random: () => 0,
    budget: { session: config.budget.session },
  });
  const watched = (of: Broker): Broker => ({
    async acquire(ask, signal) {
      const lease = await of.acquire(ask, signal);
      open.add(lease.id);
      return lease;
    },
    release(leaseId, outcome) {
      open.delete(leaseId);
      of.release(leaseId, outcome);
    },
  });
  return {
    ...watched(broker),
    forTask(account) {
      const task = broker.forTask(account);
      return {
        ...watched(task),
        get isSpent() {
          return task.isSpent;
        },
        [Symbol.dispose]: () => task[Symbol.dispose](),
      };
    },
    get budget() {
      return broker.budget;
    },
    get usage() {
      return broker.usage;
    },
    keyName: (fingerprint) => broker.keyName(fingerprint),
    [Symbol.dispose]: () => broker[Symbol.dispose](),
    askAtCap: (ask) => broker.askAtCap(ask),
    capDay: (usd) => broker.capDay(usd),
    raiseBudget: (usd) => broker.raiseBudget(usd),
  };
}

const NOTHING_KNOWN = new KnownModels({});

const ENDPOINT: Omit<Endpoint, "provider"> = {
  baseUrl: "http://127.0.0.1:1/v1",
  keys: [],
  keyNames: [],
  headers: {},
};

function untilAborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  if (signal.aborted) reject(signal.reason);
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}
