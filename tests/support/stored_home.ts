import process from "node:process";
import { openStore } from "../../lib/store/open_store.ts";
import type { HostKind, SessionStore, Store } from "../../lib/store/store.ts";
import type { TaskEvent } from "../../lib/protocol/task_state.ts";
import type { TaskSpec } from "../../lib/delegation/task_spec.ts";
import type { Message } from "../../lib/protocol/conversation.ts";
import { processMark } from "../../lib/support/process_mark.ts";
import { rowOf } from "../../lib/session/task_rows.ts";
import { FakeClock } from "./fake_clock.ts";
import { taskRecord } from "./task_records.ts";
import { TempDir } from "./temp_dir.ts";

/** A state directory with sessions that a test writes. */
export class StoredHome implements Disposable {
  readonly dir = new TempDir();
  readonly clock = new FakeClock();
  readonly store: Store;

  constructor() {
    this.store = openStore(this.dir.path, { clock: this.clock });
  }

  /** For `runCli`. */
  get env(): Record<string, string> {
    return { HERMES_HOME: this.dir.path };
  }

  /** A session of a host that has left, in which the user said `title` and got an answer. */
  session(
    title: string,
    { kind = "chat", cwd = "/work" }: { kind?: HostKind; cwd?: string } = {},
  ): SessionStore {
    const model = { provider: "offline", model: "offline", reasoningEffort: null };
    const session = this.store.begin({ kind, cwd, model }, crypto.randomUUID(), (trouble) => {
      if (trouble !== null) throw trouble;
    });
    const messages: Message[] = [
      { role: "system", content: "You are a test" },
      { role: "user", content: title },
      { role: "assistant", content: `Answer to ${title}`, toolCalls: [] },
    ];
    if (title !== "") {
      session.titled(title);
      session.conversationChanged(null, { from: 0, messages });
    }
    session.flush();
    return session;
  }

  /** A task of the session to which these events have happened; returns its id. */
  task(session: SessionStore, events: readonly TaskEvent[], more: Partial<TaskSpec> = {}): string {
    const taskId = session.newTaskId();
    const record = taskRecord({ taskId, sessionId: session.sessionId, ...more }, events);
    session.taskChanged(taskId, () => rowOf(record, session.hostId));
    session.flush();
    return taskId;
  }

  /** Makes this very process the host of a session. */
  open({ sessionId, hostId }: SessionStore): void {
    const startMark = processMark(process.pid) ?? "";
    this.store.hosts.enter({
      hostId,
      pid: process.pid,
      startMark,
      kind: "chat",
      sessionId,
      socket: null,
      since: 1,
    });
  }

  [Symbol.dispose](): void {
    this.store[Symbol.dispose]();
    this.dir[Symbol.dispose]();
  }
}
