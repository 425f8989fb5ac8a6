import assert from "node:assert/strict";
import { loadConfig } from "../../lib/config/load.ts";
import { resolveModel } from "../../lib/config/models.ts";
import { callDelegation } from "../../lib/delegation/delegation_calls.ts";
import type { Caller } from "../../lib/delegation/ground.ts";
import type { SessionEvent } from "../../lib/protocol/events.ts";
import { openSession } from "../../lib/session/open_session.ts";
import type { Session } from "../../lib/session/session.ts";
import { type Handler, type ScriptedServer, startScriptedServer } from "./scripted_server.ts";
import { TempDir } from "./temp_dir.ts";
import { assertAcceptable } from "./valid_request.ts";
import { isChild, type Reading } from "./wire_reading.ts";

const WORKER_URL = new URL("../../lib/delegation/child_main.ts", import.meta.url);

/** A session with a home of its own on a scripted server, whose children are real workers. */
export class TestSession implements AsyncDisposable {
  readonly session: Session;
  readonly server: ScriptedServer;
  readonly events: SessionEvent[] = [];
  readonly #dir: TempDir;
  #waiters: (() => void)[] = [];

  private constructor(session: Session, server: ScriptedServer, dir: TempDir) {
    this.session = session;
    this.server = server;
    this.#dir = dir;
    session.events.subscribe((event) => {
      this.events.push(event);
      for (const look of this.#waiters) look();
    });
  }

  /** `child` and `parent` answer the requests of each, which a strict server would take; without `parent` all are a child's. */
  static async open(
    answer: { readonly parent?: Handler; readonly child: Handler },
    config: Record<string, unknown> = {},
    workerUrl: URL = WORKER_URL,
  ): Promise<TestSession> {
    const dir = new TempDir();
    const server = await startScriptedServer((request) => {
      assertAcceptable(request.body);
      const { parent = answer.child, child } = answer;
      return isChild(request) ? child(request) : parent(request);
    });
    const settings = {
      model: { provider: "scripted", default: "m1" },
      providers: { scripted: { base_url: server.baseUrl, key_env: "none" } },
      ...config,
    };
    const home = dir.at("state");
    Deno.mkdirSync(home);
    Deno.writeTextFileSync(`${home}/config.yaml`, JSON.stringify(settings));
    const loaded = loadConfig(home, {});
    const session = await openSession({
      loaded,
      model: resolveModel(loaded, {}),
      cwd: dir.path,
      env: { PATH: Deno.env.get("PATH") },
      workerUrl,
      toolsets: ["terminal", "file"],
      kind: "chat",
    });
    return new TestSession(session, server, dir);
  }

  /** A delegation tool as the session's own agent calls it. */
  async call(name: string, args: unknown): Promise<Reading> {
    const agent: Caller = { ownerId: null, by: "agent" };
    return await callDelegation(this.session.supervisor, name, args, agent, new AbortController().signal);
  }

  /** Spawns a task for each goal; returns their ids. */
  async spawn(...goals: readonly string[]): Promise<string[]> {
    const replies = await Promise.all(goals.map((goal) => this.call("delegate_task_async", { goal })));
    return replies.map(({ task_id }) => task_id);
  }

  /** Where its agents work. */
  get dir(): string {
    return this.#dir.path;
  }

  /** The requests of the session's own agent. */
  get parentRequests() {
    return this.server.requests.filter((request) => !isChild(request));
  }

  /** The events of a type so far. */
  eventsOf<Type extends SessionEvent["type"]>(type: Type): Extract<SessionEvent, { type: Type }>[] {
    return this.events.filter((event) => event.type === type) as Extract<SessionEvent, { type: Type }>[]; // just asked
  }

  /** Resolves once there are `count` events of a type. */
  async waitForEvents(type: SessionEvent["type"], count = 1): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => this.eventsOf(type).length >= count && resolve();
    this.#waiters.push(look);
    look();
    await promise;
    this.#waiters = this.#waiters.filter((each) => each !== look);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { supervisor } = this.session;
    await this.session[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
    this.#dir[Symbol.dispose]();
    assert.equal(supervisor.table.hasLive(null), false, "a task outlived its session");
    assert.equal(supervisor.slots.view.running, 0, "a worker outlived its session");
  }
}
