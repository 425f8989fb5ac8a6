import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import type { Clock } from "../../support/clock.ts";
import type { ControlLimits } from "./limits.ts";

/** What an outbox needs of its connection. */
export interface OutboxOptions {
  readonly limits: Pick<ControlLimits, "unreadBytes" | "pauseBytes">;
  readonly clock: Clock;
  /** Told how much more, or less, waits to be read. */
  readonly onHeld: (bytes: number) => void;
  /** The client has read enough that more may be asked. */
  readonly onRoom: () => void;
  /** The client does not read. */
  readonly onSlow: () => void;
}

/** How long a client may read nothing of what keeps its next requests waiting. */
const SLOW_MS = 30_000;

/** What goes out to one client, and how much of it waits to be read. Closed, it takes nothing more. */
export class Outbox {
  readonly #socket: Socket;
  readonly #options: OutboxOptions;
  #unreadBytes = 0;
  #slow: Disposable | null = null;
  #isClosed = false;

  constructor(socket: Socket, options: OutboxOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  /** In bytes. */
  get unreadBytes(): number {
    return this.#unreadBytes;
  }

  /** Whether the client has so much to read that nothing more is done for it. */
  get isFull(): boolean {
    return this.#slow !== null;
  }

  /** Sends a line; a client that has far too much to read already is given up. */
  write(line: string): void {
    if (this.#isClosed || this.#socket.destroyed || this.#socket.writableEnded) return;
    if (this.#unreadBytes > this.#options.limits.unreadBytes) return this.#options.onSlow();
    const bytes = Buffer.from(line);
    this.#unreadBytes += bytes.length;
    this.#socket.write(bytes, () => this.#read(bytes.length));
    if (this.#unreadBytes > this.#options.limits.pauseBytes) this.#wait();
    this.#options.onHeld(bytes.length); // who listens may close it
  }

  /** Takes nothing more, and holds nothing. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#slow?.[Symbol.dispose]();
    const bytes = this.#unreadBytes;
    this.#unreadBytes = 0;
    this.#options.onHeld(-bytes);
  }

  /** So much was read; a client that reads is not slow. */
  #read(bytes: number): void {
    if (this.#isClosed) return;
    this.#unreadBytes -= bytes;
    this.#options.onHeld(-bytes);
    if (!this.isFull) return;
    this.#slow?.[Symbol.dispose]();
    this.#slow = null;
    if (this.#unreadBytes > this.#options.limits.pauseBytes) this.#wait();
    else this.#options.onRoom();
  }

  #wait(): void {
    this.#slow ??= this.#options.clock.after(SLOW_MS, this.#options.onSlow);
  }
}
