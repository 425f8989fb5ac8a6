import assert from "node:assert/strict";
import type { Message } from "../../lib/protocol/conversation.ts";
import { snapshotOf } from "../../lib/session/task_rows.ts";
import { openStore } from "../../lib/store/open_store.ts";
import type { Store, StoredTask } from "../../lib/store/store.ts";
import { systemClock } from "../../lib/support/clock.ts";
import { isProcessAlive } from "../../lib/support/process_mark.ts";
import { EndToEnd } from "./end_to_end.ts";
import { KilledScript, summaryFor } from "./killed_script.ts";
import type { Launcher } from "./launchers.ts";
import { useServer } from "./scripted_home.ts";
import { type RecordedRequest, type ScriptedServer, startScriptedServer } from "./scripted_server.ts";
import { checkStored } from "./stored_checks.ts";
import { readingsOf } from "./stored_deliveries.ts";

/** More than ever wait for a slot: a child that sleeps must not keep others from theirs. */
const SLOTS = 24;

/** What somebody outside was told of an ended task: a reader of the events, a person, or a model. */
interface Told {
  readonly taskId: string;
  readonly status: string;
  readonly by: string;
}

/** A state directory whose hosts are killed, with the models that they ask and what they said to whom. */
export class KilledHome implements AsyncDisposable {
  readonly hermes: EndToEnd;
  readonly server: ScriptedServer;
  readonly script: KilledScript;
  readonly store: Store;
  readonly #told: Told[] = [];
  #heard = 0;

  private constructor(hermes: EndToEnd, server: ScriptedServer, script: KilledScript) {
    this.hermes = hermes;
    this.server = server;
    this.script = script;
    this.store = openStore(hermes.hermesHome, { clock: systemClock });
  }

  /** `random` as `Math.random`. */
  static async open(launcher: Launcher, random: () => number): Promise<KilledHome> {
    const script = new KilledScript(random);
    const server = await startScriptedServer(script.answer);
    const hermes = new EndToEnd(launcher);
    const delegation = { max_concurrent_children: SLOTS, max_spawn_depth: 2 };
    useServer(hermes, server.baseUrl, { delegation });
    return new KilledHome(hermes, server, script);
  }

  get tasks(): readonly StoredTask[] {
    return this.store.tasks.list();
  }

  /** The tasks that are not over, without those that go on with the one above them. */
  get unfinished(): readonly string[] {
    const open = this.tasks.filter(({ status }) => !["completed", "failed", "cancelled"].includes(status));
    const ids = new Set(open.map(({ taskId }) => taskId));
    return open.filter(({ ownerId }) => ownerId === null || !ids.has(ownerId)).map(({ taskId }) => taskId);
  }

  /** Resolves when the `count`th request from now has come; the first is 1. */
  async requestsCame(count: number): Promise<void> {
    const index = this.server.requests.length + count - 1;
    await this.server.waitForRequest((request) => request.index >= index, { timeoutMs: 60_000 });
  }

  /** Notes that somebody was told how a task ended. */
  told(told: Told): void {
    this.#told.push(told);
  }

  /** What holds after every death: the disk knows all that anybody was told, and a delivery is where it belongs. */
  check(): void {
    const { store, server } = this;
    const requests = server.requests.slice(this.#heard);
    this.#heard = server.requests.length;
    for (const reading of requests.flatMap((request) => readingsOf(messagesOf(request)))) {
      this.#told.push({ ...reading, by: `a ${reading.way}` });
    }
    store.database.transaction(() => { // one look: another host may live and write
      for (const { taskId, status, by } of this.#told) {
        assert.equal(store.tasks.get(taskId)?.status, status, `${taskId} was ${status} in ${by}`);
      }
      for (const { sessionId } of store.sessions()) checkStored(store, sessionId);
    });
  }

  /** What holds when everything was let come to its end. */
  checkRest(): void {
    this.check();
    for (const task of this.tasks) {
      const { spec, state } = snapshotOf(task);
      assert.equal(state.status, "completed", `${spec.goal} is left ${state.status}`);
      assert.equal(state.status === "completed" && state.final.summary, summaryFor(spec.goal));
      assert.ok(task.ownerId !== null || task.delivered !== null, `${task.taskId} was never delivered`);
    }
  }

  /** Ends the detached host, if there is one; resolves when it is gone. */
  async endHost(signal: Deno.Signal): Promise<void> {
    const host = this.store.hosts.live().find(({ kind }) => kind === "detached");
    if (host === undefined) return;
    try {
      Deno.kill(host.pid, signal);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // it left by itself
    }
    while (isProcessAlive(host.pid, host.startMark)) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** Fails when a process is left. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.store[Symbol.dispose]();
    try {
      await this.hermes[Symbol.asyncDispose]();
    } finally {
      await this.server[Symbol.asyncDispose]();
    }
  }
}

/** The messages of a request as the program has them. */
function messagesOf({ body }: RecordedRequest): readonly Message[] {
  return body.messages.map(({ role, content, tool_calls, tool_call_id }): Message => {
    const text = content ?? "";
    if (role === "tool") return { role, callId: tool_call_id ?? "", content: text };
    if (role !== "assistant") return { role: role === "user" ? role : "system", content: text };
    const toolCalls = (tool_calls ?? []).map(({ id, function: call }) => ({ id, ...call }));
    return { role, content: text, toolCalls };
  });
}
