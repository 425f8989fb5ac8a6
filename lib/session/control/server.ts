import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { asUnwritable } from "../../config/unwritable.ts";
import type { Clock } from "../../support/clock.ts";
import { socketPath } from "./address.ts";
import { Connection } from "./connection.ts";
import { Crowd } from "./crowd.ts";
import { CONTROL_LIMITS, type ControlLimits } from "./limits.ts";
import type { Handlers } from "./methods.ts";
import { createToken, removeToken } from "./token.ts";
import { Turns } from "./turns.ts";

/** Which host listens, and what it answers. */
export interface ControlServerOptions {
  /** The state directory. */
  readonly home: string;
  readonly hostId: string;
  readonly handlers: Handlers;
  readonly clock: Clock;
  /** Called when a client has come or gone. */
  readonly onClients?: () => void;
  /** Where they are not {@linkcode CONTROL_LIMITS}. */
  readonly limits?: Partial<ControlLimits>;
}

/** The socket on which a host is asked. Disposed, it answers nobody and leaves no file behind. */
export class ControlServer implements AsyncDisposable {
  readonly #options: ControlServerOptions;
  readonly #server: Server;
  readonly #connections = new Set<Connection>();
  readonly path: string;
  #isLeaving = false;

  private constructor(options: ControlServerOptions, path: string) {
    this.#options = options;
    this.path = path;
    const token = createToken(options.home, options.hostId);
    const limits = { ...CONTROL_LIMITS, ...options.limits };
    const turns = new Turns();
    const crowd = new Crowd<Connection>(limits);
    this.#server = createServer((socket) => {
      const connection: Connection = new Connection(socket, {
        token,
        handlers: options.handlers,
        clock: options.clock,
        limits,
        turns,
        crowd,
        isLeaving: () => this.#isLeaving,
        onClosed: () => {
          this.#connections.delete(connection);
          options.onClients?.();
        },
      });
      this.#connections.add(connection);
      options.onClients?.();
    });
  }

  /** Starts to listen, with a token of its own. Rejects with a `UserError` where it cannot write what that takes. */
  static async listen(options: ControlServerOptions): Promise<ControlServer> {
    try {
      const control = new ControlServer(options, socketPath(options.home, options.hostId));
      await control.#listen();
      return control;
    } catch (error) {
      removeToken(options.home, options.hostId);
      throw asUnwritable(error, join(options.home, "run"));
    }
  }

  /** How many clients are there, also those that have not said who they are. */
  get clients(): number {
    return this.#connections.size;
  }

  /** From now on every request is refused, so that it is asked of another host. */
  leave(): void {
    this.#isLeaving = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.leave();
    removeToken(this.#options.home, this.#options.hostId);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections) connection.close();
    await closed;
    if (process.platform !== "win32") rmSync(this.path, { force: true });
  }

  async #listen(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once("error", reject);
    if (process.platform !== "win32") rmSync(this.path, { force: true }); // its name is of a host that has just entered
    this.#server.listen(this.path, () => resolve());
    await promise;
    this.#server.off("error", reject);
    this.#server.on("error", () => {}); // one client could not be taken: it will try again
    if (process.platform !== "win32") chmodSync(this.path, 0o600);
  }
}
