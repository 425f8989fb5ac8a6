import process from "node:process";
import { callDelegation } from "../../lib/delegation/delegation_calls.ts";
import type { Ground } from "../../lib/delegation/ground.ts";
import { Supervisor } from "../../lib/delegation/supervisor.ts";
import type { Config } from "../../lib/config/schema.ts";
import type { SessionEvent } from "../../lib/protocol/events.ts";
import { EventLog } from "../../lib/session/event_log.ts";
import { ParentAgent } from "../../lib/session/parent_agent.ts";
import { adoptSession } from "../../lib/session/resumption.ts";
import { storeKeeper } from "../../lib/session/store_keeper.ts";
import { interruptedRow } from "../../lib/session/task_rows.ts";
import { openStore } from "../../lib/store/open_store.ts";
import type { SessionStore, Store } from "../../lib/store/store.ts";
import { processMark } from "../../lib/support/process_mark.ts";
import { ROOMY } from "./agent_loop.ts";
import { delegationRunner } from "./delegation_runner.ts";
import { type FakeClock, settled } from "./fake_clock.ts";
import { LoopChild } from "./loop_child.ts";
import { PuppetModel } from "./puppet_model.ts";
import { AGENT, testGround } from "./test_ground.ts";

/** How a host begins. */
export interface HostSetup {
  readonly home: string;
  /** Milliseconds since the epoch; it goes on from there. */
  readonly now: number;
  /** Absent: a new session. */
  readonly goOnWith?: string;
  /** Told of each event, as long as the host lives. */
  readonly onEvent: (event: SessionEvent, host: StoredHost) => void;
  readonly config: Config;
}

/**
 * A process that runs a session, as lib/session builds it on the real store, but within this one: it can die at any
 * moment, and from then on nothing that it does reaches the disk or counts as said.
 */
export class StoredHost {
  readonly hostId = crypto.randomUUID();
  readonly clock: FakeClock;
  readonly store: Store;
  readonly stored: SessionStore;
  readonly events: EventLog;
  readonly supervisor: Supervisor;
  readonly agent: ParentAgent;
  readonly model = new PuppetModel();
  readonly children: LoopChild[] = [];
  readonly #troubles: Error[] = [];
  #turn: Promise<void> = Promise.resolve();
  #isDead = false;
  #writesLeft = Infinity;

  private constructor({ home, goOnWith, onEvent, config }: HostSetup) {
    const base = testGround({}, { config });
    this.clock = base.clock;
    this.store = openStore(home, { clock: this.clock });
    this.#watchWrites();
    this.store.recover((task, used) => interruptedRow(task, used, this.clock.now()));
    this.stored = this.#openSession(goOnWith);
    const { sessionId, lastSeq } = this.stored;
    this.#enter();
    this.events = new EventLog(sessionId, this.clock, {
      lastSeq,
      keep: (event) => this.stored.append(event),
      earlier: (since) => this.store.events(sessionId, since),
    });
    this.events.subscribe((event) => this.#isDead || onEvent(event, this), lastSeq);
    this.supervisor = new Supervisor(this.#ground(base));
    adoptSession(this);
    this.agent = this.#createAgent(goOnWith === undefined);
  }

  /** Starts a host, as a process does: what dead ones left is found, the tasks of its session are taken in. */
  static async start(setup: HostSetup): Promise<StoredHost> {
    const host = new StoredHost(setup);
    await host.clock.advance(setup.now - host.clock.now());
    return host;
  }

  get sessionId(): string {
    return this.stored.sessionId;
  }

  /** Whether it has died; what it does then is seen by nobody. */
  get isDead(): boolean {
    return this.#isDead;
  }

  /** What it could not write; nothing, as long as it lives. */
  get troubles(): readonly Error[] {
    return this.#troubles;
  }

  /** Dies, as by SIGKILL: what is not on disk now never will be. */
  die(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    for (const child of this.children) child[Symbol.dispose]();
    this.store.database.run("UPDATE hosts SET start_mark = 'dead' WHERE host_id = ?", this.hostId);
    this.store.database[Symbol.dispose]();
  }

  /** Dies before it writes for the `count`th time from now, in the middle of whatever it does then. */
  dieBeforeWrite(count: number): void {
    this.#writesLeft = count;
  }

  /** The owner works on a message, as {@linkcode ParentAgent.answer} says. */
  async answer(message: string): Promise<void> {
    if (this.agent.isBusy) return;
    const turn = this.agent.answer(message).then(() => {});
    this.#turn = turn.catch(() => {}); // whoever asked for it hears of it
    await turn;
  }

  /** Leaves in order, once the turn has ended: its tasks are parked, or with `parks: false` cancelled. */
  async leave({ parks }: { readonly parks: boolean }): Promise<void> {
    this.agent.stop();
    await this.#settle(this.#turn);
    await this.#settle(parks ? this.supervisor.park(() => true, 1_000) : Promise.resolve());
    if (!this.#isDead) this.stored.flush();
    await this.#settle(this.supervisor[Symbol.asyncDispose]());
    if (this.#isDead) return;
    this.store.hosts.leave(this.hostId);
    if (!this.#isDead) this.stored[Symbol.dispose]();
    this.#isDead = true;
    this.store[Symbol.dispose]();
  }

  /** Waits for what needs time to come about. */
  async #settle(done: Promise<unknown>): Promise<void> {
    let isDone = false;
    void done.finally(() => isDone = true);
    for (let waited = 0; !isDone && !this.#isDead && waited < 50; waited++) {
      await this.clock.advance(100);
    }
    if (!isDone && !this.#isDead) throw new Error("The host does not come to an end");
    await settled();
  }

  #openSession(goOnWith: string | undefined): SessionStore {
    const onTrouble = (trouble: Error | null) =>
      void (trouble && !this.#isDead && this.#troubles.push(trouble));
    const model = { provider: "local", model: "some-model", reasoningEffort: null };
    const stored = goOnWith === undefined
      ? this.store.begin({ kind: "chat", cwd: "/work", model }, this.hostId, onTrouble)
      : this.store.goOn(goOnWith, this.hostId, onTrouble);
    if (stored === undefined) throw new Error(`There is no session ${goOnWith}`);
    return stored;
  }

  #enter(): void {
    const { pid } = process;
    const startMark = processMark(pid) ?? "";
    const { hostId, sessionId } = this;
    this.store.hosts.enter({ hostId, pid, startMark, kind: "chat", sessionId, socket: null, since: 1 });
  }

  #ground(base: Ground): Ground {
    return {
      ...base,
      sessionId: this.sessionId,
      ledger: this.stored.ledger,
      keeper: storeKeeper(this.store, this.stored, base.redactor),
      toolsets: [],
      emit: (body, taskId) => this.events.emit(body, taskId),
      newTaskId: () => this.stored.newTaskId(),
      startChild: (onMessage) => {
        const child = new LoopChild((message) => this.#isDead || onMessage(message));
        this.children.push(child);
        return child;
      },
    };
  }

  #createAgent(isNew: boolean): ParentAgent {
    return new ParentAgent({
      systemPrompt: "You are the owner",
      client: this.model,
      schemas: [],
      runTool: delegationRunner((name, args, signal) =>
        callDelegation(this.supervisor, name, args, AGENT, signal)
      ),
      supervisor: this.supervisor,
      emit: (body) => this.events.emit(body),
      maxTurns: 1_000,
      noticesBetweenTurns: true,
      context: ROOMY,
      history: isNew ? [] : this.store.conversation(this.sessionId, null),
      onStored: (update) => this.stored.conversationChanged(null, update),
    });
  }

  /** The disk changes by transactions only, so these are all the moments at which a death makes a difference. */
  #watchWrites(): void {
    const { database } = this.store;
    const write = database.transaction.bind(database);
    database.transaction = (work) => {
      if (--this.#writesLeft <= 0) this.die();
      return write(work);
    };
  }
}
