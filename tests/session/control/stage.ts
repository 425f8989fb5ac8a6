import process from "node:process";
import { ControlClient } from "../../../lib/session/control/client.ts";
import type { WatchedHost } from "../../../lib/session/control/host_silent.ts";
import type { ControlLimits } from "../../../lib/session/control/limits.ts";
import type { Handlers } from "../../../lib/session/control/methods.ts";
import { ControlServer } from "../../../lib/session/control/server.ts";
import { readToken } from "../../../lib/session/control/token.ts";
import { processMark } from "../../../lib/support/process_mark.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { TempDir } from "../../support/temp_dir.ts";

export const HOST = "h1";
export const NEVER = new AbortController().signal;

/** The process of the test, in which its hosts live. */
export const SELF: WatchedHost = {
  pid: process.pid,
  startMark: processMark(process.pid) ?? "",
  kind: "detached",
  sessionId: "s00001",
};

function refuse(): never {
  throw new TypeError("No test asks for this");
}

const HANDLERS: Handlers = {
  ping: () => ({ host_id: HOST, session_id: "s00001", kind: "detached", pid: 1 }),
  call: refuse,
  approval: refuse,
  collect: refuse,
  deliver: refuse,
  delegate: refuse,
  follow: refuse,
  resume: refuse,
  release: refuse,
};

/** A server in a state directory of its own, whose handlers are the test's; time stands still. */
export class ControlStage implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly dir = new TempDir();
  #server: ControlServer | null = null;
  #watchers: (() => void)[] = [];

  static async open(
    handlers: Partial<Handlers> = {},
    limits?: Partial<ControlLimits>,
  ): Promise<ControlStage> {
    const stage = new ControlStage();
    stage.#server = await ControlServer.listen({
      home: stage.dir.path,
      hostId: HOST,
      handlers: { ...HANDLERS, ...handlers },
      clock: stage.clock,
      onClients: () => stage.#watchers.forEach((look) => look()),
      ...(limits === undefined ? {} : { limits }),
    });
    return stage;
  }

  get server(): ControlServer {
    if (this.#server === null) throw new TypeError("The stage is not open");
    return this.#server;
  }

  get token(): string {
    return readToken(this.dir.path, HOST) ?? "";
  }

  connect(token = this.token): Promise<ControlClient> {
    const address = { socket: this.server.path, token };
    return ControlClient.connect(address, { host: SELF, clock: this.clock }, { signal: NEVER });
  }

  /** Resolves once the server has so many clients. */
  async untilClients(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => this.server.clients === count && resolve();
    this.#watchers.push(look);
    look();
    await promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.server[Symbol.asyncDispose]();
    await this.clock.advance(10_000);
    await closed;
    this.dir[Symbol.dispose]();
  }
}
