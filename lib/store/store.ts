import type { ConversationUpdate, Message, TokenUsage } from "../protocol/conversation.ts";
import type { JournalEvent } from "../protocol/events.ts";
import type { ModelRef } from "../protocol/model_ref.ts";
import type { TaskStatus } from "../protocol/task_state.ts";
import type { Database } from "./database.ts";
import type { DeliveryLedger, DeliveryWay, OwnerId } from "./delivery.ts";
import type { UsageSum } from "./usage.ts";
import type { TroubleReader } from "./write_loop.ts";

/** What a process runs: a chat, a `hermes delegate` that waits, or the one detached host of a state directory. */
export type HostKind = "chat" | "delegate" | "detached";

/** A process that runs sessions. It is alive as long as a process with this id and this start mark is. */
export interface HostRow {
  readonly hostId: string;
  readonly pid: number;
  /** When the process started, in the words of the system: a pid may be used again. */
  readonly startMark: string;
  readonly kind: HostKind;
  readonly sessionId: string;
  /** Where it listens; null: it does not yet. */
  readonly socket: string | null;
  /** Milliseconds since the epoch, as all times here. */
  readonly since: number;
}

/** What is known of a session. */
export interface SessionRow {
  readonly sessionId: string;
  readonly kind: HostKind;
  /** The first words of its first message or goal; empty until there are any. */
  readonly title: string;
  readonly cwd: string;
  readonly model: ModelRef;
  readonly createdAt: number;
  readonly lastAt: number;
}

/** A task as it is kept: columns to find it by, and all of it as plain data that delegation writes and reads. */
export interface TaskRow {
  readonly taskId: string;
  readonly sessionId: string;
  /** The task whose agent spawned it; null: the session's own agent or the shell. */
  readonly ownerId: OwnerId;
  /** Who runs it, or ran it last. */
  readonly hostId: string;
  readonly status: TaskStatus;
  readonly createdAt: number;
  readonly endedAt: number | null;
  /** JSON-like; the store never looks inside. */
  readonly body: unknown;
}

/** A task as it is read back: with what is known of its delivery. */
export interface StoredTask extends TaskRow {
  readonly delivered: { readonly by: DeliveryWay; readonly at: number } | null;
}

/** One model request. */
export interface RequestRow {
  readonly at: number;
  /** Of its task; absent: the one that writes it. */
  readonly sessionId?: string;
  /** Whose budget pays; absent: that of this run of the session. */
  readonly payer?: string;
  /** Null: the session's own agent. */
  readonly taskId: string | null;
  readonly provider: string;
  readonly model: string;
  /** The fingerprint of the key; null without one. */
  readonly key: string | null;
  readonly usage: TokenUsage;
  /** The usage is our estimate: the server reported none. */
  readonly isEstimate: boolean;
  /** US dollars; null: no price is known. */
  readonly usd: number | null;
}

/** What a run of a session may use with all its tasks; null: no cap. */
export interface Allowance {
  /** Under this name its requests are counted. */
  readonly payer: string;
  readonly caps: {
    readonly usd: number | null;
    readonly tokens: number | null;
    readonly requests: number | null;
  };
}

/** How a new session begins. */
export interface NewSession {
  readonly kind: HostKind;
  readonly cwd: string;
  readonly model: ModelRef;
}

/**
 * One session as its host writes it. Writes are gathered and put on disk together a moment later, in the order in which
 * they came; the end of a task and a confirmed delivery are on disk when the call returns. What cannot be written is
 * kept and tried again with the next batch, and `onTrouble` hears of it; disposing tries a last time.
 */
export interface SessionStore extends Disposable {
  readonly sessionId: string;
  readonly hostId: string;
  /** The number of its last journalled event; 0 for a new one. */
  readonly lastSeq: number;
  /**
   * Claims live in memory; a confirmed delivery is written in the same transaction as what the conversation got before
   * it. What was claimed and not confirmed when the process died is free again.
   */
  readonly ledger: DeliveryLedger;
  /** A task id that no other task of this state directory has or will have. */
  newTaskId(): string;
  /** Journals an event. */
  append(event: JournalEvent): void;
  /** Says that a task is new or has changed: `row` is asked for it when the batch is written. */
  taskChanged(taskId: string, row: () => TaskRow): void;
  /** Keeps what an agent's conversation has become; null: the session's own agent. */
  conversationChanged(agent: OwnerId, update: ConversationUpdate): void;
  /** Names the session after its first message; a later title does not replace it. */
  titled(title: string): void;
  /** Notes what this run of the session may use. */
  allowed(caps: Allowance["caps"]): void;
  /**
   * Notes a request that is about to leave, at what it counts should this process die before it has ended. Returns what
   * {@linkcode SessionStore.requestEnded} knows it by; null when it could not be noted.
   */
  requestBegun(estimate: RequestRow): number | null;
  /** Counts a request, on disk when the call returns unless that fails. */
  requestEnded(row: RequestRow, begun?: number | null): void;
  /** Puts on disk what waits; whether all of it is there. Never throws. */
  flush(): boolean;
  /** Puts on disk what waits; why not all of it is there, null when it is. */
  notKept(): Error | null;
}

/** Which tasks are looked for; all that is given must hold. */
export interface TaskQuery {
  readonly sessionId?: string;
  readonly hostId?: string;
  readonly status?: TaskStatus;
  /** Only those that are not final, or are final and not delivered. */
  readonly isOpen?: true;
}

/** The tasks of all sessions. */
export interface StoredTasks {
  get(taskId: string): StoredTask | undefined;
  /** In the order in which they were taken. */
  list(query?: TaskQuery): readonly StoredTask[];
  /** The ids known, newest last, at most `count`. */
  lastIds(count: number): readonly string[];
  /**
   * Changes an interrupted task in one step: null when it is not interrupted any more, because another was faster.
   * `change` gets the task as it stands; it is called in a transaction and does nothing but answer.
   */
  takeInterrupted(taskId: string, change: (task: StoredTask) => TaskRow): StoredTask | null;
  /** Notes that a result was printed for the shell, its owner; false when it was delivered before. */
  deliver(taskId: string, way: DeliveryWay): boolean;
}

/** The processes that run sessions. */
export interface Hosts {
  /**
   * Enters this process, before it writes a task or holds a budget: what belongs to no host that is entered counts as
   * left over by a dead one. False for a second detached host while one lives.
   */
  enter(host: HostRow): boolean;
  /** Says where it listens. */
  listens(hostId: string, socket: string): void;
  leave(hostId: string): void;
  /** Those whose process lives. */
  live(): readonly HostRow[];
}

/** Makes of a task what it is when its host is dead. */
export type Interrupt = (task: StoredTask, used: UsageSum) => TaskRow;

/** What was found of hosts that died. */
export interface Recovery {
  readonly hosts: readonly HostRow[];
  readonly tasks: readonly StoredTask[];
}

/**
 * All that outlives its process: one database in a state directory, used by several processes at once. What is read is
 * what is on disk, without what a session of this process still gathers. Throws `StoreError`, a `UserError`, when the
 * database cannot be used.
 */
export interface Store extends Disposable {
  /** The connection, for what else of lib/store keeps something in the same file. */
  readonly database: Database;
  /** Begins a session with an id of its own. */
  begin(session: NewSession, hostId: string, onTrouble: TroubleReader): SessionStore;
  /** Goes on with a session; undefined when there is none of that id. */
  goOn(sessionId: string, hostId: string, onTrouble: TroubleReader): SessionStore | undefined;
  readonly tasks: StoredTasks;
  readonly hosts: Hosts;
  /** Newest first. */
  sessions(): readonly SessionRow[];
  session(sessionId: string): SessionRow | undefined;
  /** The ids of the sessions without a sign of life since `at`, oldest first. */
  sessionsBefore(at: number): readonly string[];
  /**
   * Removes a session with its tasks, events, conversations, summaries and spill files, if `mayGo` says so, which is
   * asked in the same transaction; without it the caller has asked what must be asked. Returns whether it is gone.
   */
  removeSession(sessionId: string, mayGo?: () => boolean): boolean;
  /**
   * Removes the oldest events of a session that has so many that to remove them all at once takes long; false when it
   * has not, or `mayGo`, asked in the same transaction, says no. For a session that is removed next.
   */
  shortenJournal(sessionId: string, mayGo: () => boolean): boolean;
  /** The stored conversation of an agent; null: the session's own. */
  conversation(sessionId: string, agent: OwnerId): readonly Message[];
  /** The journalled events after number `since`, oldest first. */
  events(sessionId: string, since: number): Iterable<JournalEvent>;
  /**
   * Looks for hosts that died: each of their tasks that was not over becomes what `interrupt` makes of it and of what
   * its requests came to, in one transaction, once, whoever looks. Returns what this call found.
   */
  recover(interrupt: Interrupt): Recovery;
}
