import type { Caps, Lease, RequestOutcome } from "../../lib/provider/provider.ts";
import { createBroker } from "../../lib/provider/broker.ts";
import { adoptSession, resumeTask } from "../../lib/session/resumption.ts";
import { storeKeeper } from "../../lib/session/store_keeper.ts";
import { interruptedRow } from "../../lib/session/task_rows.ts";
import { taskPayers } from "../../lib/session/task_payers.ts";
import type { SessionStore, Store } from "../../lib/store/store.ts";
import { createRedactor } from "../../lib/support/redact.ts";
import { endpoint, NO_CAPS } from "../provider/broker_fixture.ts";
import { thisHost } from "../store/store_ground.ts";
import { loaded } from "../config/temp_home.ts";
import { settled } from "./fake_clock.ts";
import type { Puppet } from "./puppet_child.ts";
import { Stage } from "./test_ground.ts";

/** How a request ends; `held`: not before its process dies. */
export type Fate = "ok" | "silent" | "refused" | "held";

/** What a life is about: how much the first session may use with its tasks, and its config.yaml. */
export interface PayingSetup {
  readonly store: Store;
  readonly caps: Caps;
  readonly config: Record<string, unknown>;
}

/**
 * A process whose tasks ask a server that bills half a token for each byte and as much output as it may have, up to
 * 1,000 tokens. It dies with what is on disk, and the next one goes on with its tasks.
 */
export class PayingLife {
  readonly stage: Stage;
  readonly stored: SessionStore;
  readonly #store: Store;
  readonly #billed: Map<string, { tokens: number; requests: number }>;

  /** `before`: the life whose tasks go on in this one, which is another session's. */
  constructor({ store, caps, config }: PayingSetup, before: PayingLife | null = null) {
    const hostId = crypto.randomUUID();
    const session = { kind: "delegate", cwd: "/work", model: MODEL } as const;
    store.recover((task, used) => interruptedRow(task, used, 2));
    store.hosts.enter(thisHost(hostId));
    const stored = store.begin(session, hostId, () => {});
    const redactor = createRedactor([]);
    const settings = loaded(JSON.stringify(config)).config;
    const keeper = storeKeeper(store, stored, redactor);
    this.#billed = before === null ? new Map() : before.#billed;
    this.#store = store;
    this.stored = stored;
    if (before === null) stored.allowed(caps);
    this.stage = new Stage(config, {
      sessionId: stored.sessionId,
      ledger: stored.ledger,
      keeper,
      payerOf: taskPayers(store, stored, settings),
      newTaskId: () => stored.newTaskId(),
      broker: createBroker({
        endpointOf: () => endpoint([]),
        settingsOf: () => ({ max_output_tokens: null }),
        clock: { now: () => 1, after: () => ({ [Symbol.dispose]() {} }) },
        random: () => 0,
        budget: { session: before === null ? caps : NO_CAPS },

        onBegin: (row) => stored.requestBegun(row),
        onRequest: (row, begun) => stored.requestEnded(row, begun),
      }),
    });
    adoptSession({ store, stored, supervisor: this.stage.supervisor });
  }

  /** What the server has billed to a task so far, in all lives. */
  billed(goal: string): { readonly tokens: number; readonly requests: number } {
    return this.#billed.get(goal) ?? { tokens: 0, requests: 0 };
  }

  /** Lets all that was interrupted go on here. */
  async resume(): Promise<void> {
    const { supervisor } = this.stage;
    const interrupted = this.#store.tasks.list({ status: "interrupted" });
    const ids = new Set(interrupted.map(({ taskId }) => taskId));
    for (const { taskId, ownerId } of interrupted) {
      if (ownerId !== null && ids.has(ownerId)) continue;
      resumeTask({ store: this.#store, stored: this.stored, supervisor }, taskId);
    }
    await this.stage.started();
  }

  /** A request of the task with this goal, of so many bytes; false: its budget refused it. */
  async request(goal: string, bytes: number, fate: Fate): Promise<boolean> {
    const puppet = this.puppet(goal);
    if (puppet === undefined) return false;
    const asked = puppet.call("acquire", { model: MODEL, inputBound: bytes, attempt: 1 });
    const lease = await Promise.race([asked.catch(() => null), settled().then(settled).then(() => null)]);
    if (lease === null) {
      puppet.abortLastCall();
      return false;
    }
    const outcome = this.#answer(goal, bytes, lease, fate);
    if (outcome !== null) {
      puppet.tell({ type: "cast", service: "release", args: { leaseId: lease.id, outcome } });
    }
    return true;
  }

  /** The child of the task with this goal, as long as it runs. */
  puppet(goal: string): Puppet | undefined {
    const record = this.stage.supervisor.table.seenBy(null).find(({ spec }) => spec.goal === goal);
    return this.stage.puppets.all.find((each) => !each.isEnded && each.brief.taskId === record?.id);
  }

  /** Dies, as by SIGKILL. */
  async die(): Promise<void> {
    const { database } = this.#store;
    database.run("UPDATE hosts SET start_mark = 'dead' WHERE host_id = ?", this.stored.hostId);
    database.transaction = () => {
      throw new Error("The dead write nothing");
    };
    await this.stage[Symbol.asyncDispose]();
    this.stored[Symbol.dispose]();
    database[Symbol.dispose]();
  }

  #answer(goal: string, bytes: number, { outputLimit }: Lease, fate: Fate): RequestOutcome | null {
    const bill = { ...this.billed(goal) };
    bill.requests++;
    const input = fate === "refused" ? 0 : Math.ceil(bytes / 2);
    const output = fate === "refused" ? 0 : Math.min(outputLimit ?? 1_000, 1_000);
    bill.tokens += input + output;
    this.#billed.set(goal, bill);
    if (fate === "held") return null;
    if (fate === "refused") return { usage: null, error: { code: "server", status: 500 }, answerChars: 0 };
    const usage = fate === "ok" ? { input, cached: 0, output, reasoning: 0 } : null;
    return { usage, error: null, answerChars: output };
  }
}

const MODEL = { provider: "local", model: "some-model", reasoningEffort: null };
