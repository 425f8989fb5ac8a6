import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { join } from "node:path";
import type { Clock } from "../support/clock.ts";

/**
 * A process that died with a hold rings no bell, so the dead are looked for this often, only while somebody waits: for
 * an event, every process would have to listen for those who watch it from its first request on, waiter or not.
 */
const DEAD_LOOK_MS = 15_000;
const HOST = "127.0.0.1";

/**
 * Tells processes that wait for a shared budget that some of it has become free. Who waits listens on a loopback port
 * and leaves a file of its name under `run/day_waiters`; who settles connects to each. Who listens looks again after
 * the file is there, so no ringing is lost: it came before that look, or it finds the file.
 */
export class DayBell {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #ringing = new Set<Promise<void>>();

  constructor(home: string, clock: Clock) {
    this.#folder = join(home, "run", "day_waiters");
    this.#clock = clock;
  }

  /** Rings at all who listen in any process. */
  ring(): void {
    for (const name of this.#names()) {
      const rung = this.#connect(name).finally(() => this.#ringing.delete(rung));
      this.#ringing.add(rung);
    }
  }

  /** Resolves when all that rang was heard. */
  async idle(): Promise<void> {
    await Promise.all(this.#ringing);
  }

  /** Calls `onRing` once it listens and at every ringing; `findDead` goes before it now and then. */
  listen(findDead: () => void, onRing: () => void): Disposable {
    let path: string | null = null;
    let isOver = false;
    const server = createServer((socket) => {
      socket.on("error", () => {}).destroy();
      onRing();
    });
    server.on("error", () => {}); // the look for the dead is left
    server.listen({ host: HOST, port: 0 }, () => {
      if (isOver) return;
      path = this.#enter(server.address());
      onRing();
    });
    server.unref();
    const look = () => {
      orNot(findDead);
      onRing();
      if (!isOver) timer = this.#clock.after(DEAD_LOOK_MS, look);
    };
    let timer = this.#clock.after(DEAD_LOOK_MS, look);
    return {
      [Symbol.dispose]: () => {
        isOver = true;
        timer[Symbol.dispose]();
        server.close();
        if (path !== null) rmSync(path, { force: true });
      },
    };
  }

  #enter(address: ReturnType<ReturnType<typeof createServer>["address"]>): string | null {
    if (address === null || typeof address === "string") return null; // it listens on TCP
    const path = join(this.#folder, `${address.port}_${crypto.randomUUID()}`);
    orNot(() => {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      writeFileSync(path, "", { mode: 0o600 });
    });
    return path;
  }

  #names(): readonly string[] {
    try {
      return readdirSync(this.#folder);
    } catch {
      return []; // nobody has waited yet
    }
  }

  /** A file whose owner does not listen any more is removed. */
  #connect(name: string): Promise<void> {
    return new Promise((resolve) => {
      const socket = createConnection({ host: HOST, port: Number.parseInt(name) });
      socket.once("connect", () => socket.destroy());
      socket.once("error", () => orNot(() => rmSync(join(this.#folder, name), { force: true })));
      socket.once("close", () => resolve());
    });
  }
}

/** What goes wrong here costs a waiter time, not the one who settles its request. */
function orNot(act: () => void): void {
  try {
    act();
  } catch {
    // see above
  }
}
