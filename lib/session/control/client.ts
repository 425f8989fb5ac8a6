import { Buffer } from "node:buffer";
import { connect as connectTo, type Socket } from "node:net";
import type { SessionEvent } from "../../protocol/events.ts";
import type { Clock } from "../../support/clock.ts";
import { UserError } from "../../support/errors.ts";
import { type ProcessState, processState } from "../../support/process_mark.ts";
import { Heartbeat } from "./heartbeat.ts";
import { HostSilent, type WatchedHost } from "./host_silent.ts";
import { CONTROL_LIMITS } from "./limits.ts";
import { LineReader } from "./line_reader.ts";
import { isSpent, isTold, type Patience } from "./patience.ts";
import {
  fromRpcError,
  type FromServer,
  fromServer,
  requestLine,
  RPC,
  type RpcError,
  tooLong,
} from "./messages.ts";
import { type Method, type Params, PROTOCOL, type Results } from "./methods.ts";

/** The host cannot be asked any more: it died, has left or is about to. Somebody else has its tasks, or the store. */
export class HostGone extends Error {
  override readonly name = "HostGone";
  /** It may have done what it was asked, and only the answer did not come. */
  readonly mayHaveDone: boolean;
  /** Null: that of the task, which is looked for. */
  readonly host: WatchedHost | null;

  constructor(
    message: string,
    { mayHaveDone = false, host = null }: {
      readonly mayHaveDone?: boolean;
      readonly host?: WatchedHost | null;
    } = {},
  ) {
    super(message);
    this.mayHaveDone = mayHaveDone;
    this.host = host;
  }
}

/** Where a host is asked. */
export interface ControlAddress {
  readonly socket: string;
  readonly token: string;
}

/** Whose connection it is, and who hears how the host is. */
export interface HostWatch {
  readonly host: WatchedHost;
  readonly clock: Clock;
  /** Hears once that nothing is heard of the host while somebody goes on waiting for it, and of null when it is again. */
  readonly onSilence?: ((state: ProcessState | null) => void) | undefined;
}

/** How somebody waits for a host. */
export interface WaitOptions {
  readonly signal: AbortSignal;
  /** Absent: `act`. */
  readonly patience?: Patience;
}

/** How one request is made. */
export interface RequestOptions extends WaitOptions {
  /** Told of each event of `follow`, before the answer. */
  readonly onEvent?: (event: SessionEvent) => void;
}

interface Pending {
  readonly patience: Patience;
  readonly onEvent: ((event: SessionEvent) => void) | undefined;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A summary has no limit of its own; the host is trusted, so this only keeps us from filling the memory. */
const MAX_LINE_BYTES = 1024 * 1024 * 1024;

/** A connection to a host. Disposed, what it still waits for is rejected; the tasks go on. */
export class ControlClient implements Disposable {
  readonly #socket: Socket;
  readonly #lines = new LineReader(MAX_LINE_BYTES);
  readonly #pending = new Map<number, Pending>();
  readonly #watch: HostWatch;
  readonly #heart: Heartbeat;
  #lastId = 0;
  #ending: Error | null = null;
  #isToldSilent = false;

  private constructor(socket: Socket, watch: HostWatch) {
    this.#socket = socket;
    this.#watch = watch;
    const { pid, startMark } = watch.host;
    this.#heart = new Heartbeat({
      clock: watch.clock,
      look: () => processState(pid, startMark),
      ping: () => socket.write(requestLine(++this.#lastId, "ping", {})),
      onUnheard: (beats, state) => this.#unheard(beats, state),
    });
    socket.on("data", (bytes: Buffer) => this.#read(bytes));
    socket.on("error", () => this.#end(this.#gone()));
    socket.once("close", () => this.#end(this.#gone()));
  }

  /**
   * Connects and says the token. Rejects with {@linkcode HostGone} when nobody listens there or the host dies before it
   * answers, with {@linkcode HostSilent} when it lives and does not answer, or with the signal's reason.
   */
  static async connect(
    { socket: path, token }: ControlAddress,
    watch: HostWatch,
    options: WaitOptions,
  ): Promise<ControlClient> {
    options.signal.throwIfAborted();
    const client = new ControlClient(connectTo(path), watch);
    try {
      await client.#ask("hello", { token, protocol: PROTOCOL }, options);
      return client;
    } catch (error) {
      client[Symbol.dispose]();
      throw error;
    }
  }

  /** Whether it can be asked: nothing was heard of its end. */
  get isOpen(): boolean {
    return this.#ending === null;
  }

  /** Asks the host. Rejects with its error, as {@linkcode ControlClient.connect}, or with the signal's reason. */
  async request<Name extends Exclude<Method, "hello">>(
    method: Name,
    params: Params<Name>,
    options: RequestOptions,
  ): Promise<Results[Name]> {
    return await this.#ask(method, params, options);
  }

  [Symbol.dispose](): void {
    this.#end(new HostGone("The connection was closed"));
    this.#socket.destroy();
  }

  async #ask<Name extends Method>(
    method: Name,
    params: Params<Name>,
    { signal, onEvent, patience = "act" }: RequestOptions,
  ): Promise<Results[Name]> {
    signal.throwIfAborted();
    if (this.#ending !== null) throw this.#ending;
    const id = ++this.#lastId;
    const line = requestLine(id, method, params);
    // Who is refused in the middle of a line may only hear that nobody listens.
    if (Buffer.byteLength(line) > CONTROL_LIMITS.lineBytes) throw tooLong(CONTROL_LIMITS.lineBytes);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    this.#pending.set(id, { patience, onEvent, resolve, reject });
    this.#socket.write(line);
    this.#heart.start();
    try {
      return await promise as Results[Name]; // the host speaks this version of the protocol: it said so
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#pending.delete(id);
      if (this.#pending.size === 0) this.#heart.rest();
    }
  }

  #read(bytes: Buffer): void {
    this.#heart.heard();
    if (this.#isToldSilent) this.#watch.onSilence?.(null);
    this.#isToldSilent = false;
    try {
      this.#lines.push(bytes);
      for (let line = this.#lines.next(); line !== null; line = this.#lines.next()) {
        this.#take(fromServer.parse(JSON.parse(line)));
      }
    } catch {
      this.#end(new Error("Cannot understand the host: it does not speak our protocol"));
      this.#socket.destroy();
    }
  }

  #take(message: FromServer): void {
    if ("method" in message) {
      const { request, event } = message.params;
      this.#pending.get(request)?.onEvent?.(event as SessionEvent); // made by the same version of the protocol
    } else if (!("error" in message)) this.#pending.get(message.id)?.resolve(message.result);
    else if (message.id === null) this.#end(errorOf(message.error));
    else this.#pending.get(message.id)?.reject(errorOf(message.error));
  }

  /** Whoever has waited long enough is told so; the others wait on, which is told too. */
  #unheard(beats: number, state: ProcessState): void {
    if (state === "gone") {
      this.#end(this.#gone());
      return void this.#socket.destroy();
    }
    let waits = 0;
    for (const { patience, reject } of [...this.#pending.values()]) {
      if (isSpent(patience, beats, state)) {
        reject(new HostSilent(this.#watch.host, state, { mayHaveDone: this.#hasAsked }));
      } else waits++;
    }
    if (waits === 0 || this.#isToldSilent || !isTold(beats, state)) return;
    this.#isToldSilent = true;
    this.#watch.onSilence?.(state);
  }

  /** The first asked nothing but hello. */
  get #hasAsked(): boolean {
    return this.#lastId > 1;
  }

  #gone(): HostGone {
    return new HostGone("The host has gone", { mayHaveDone: this.#hasAsked, host: this.#watch.host });
  }

  #end(error: Error): void {
    this.#ending ??= error;
    this.#heart[Symbol.dispose]();
    for (const { reject } of [...this.#pending.values()]) reject(this.#ending);
  }
}

function errorOf(error: RpcError): Error {
  if (error.code === RPC.leaving) return new HostGone(error.message);
  if (error.code !== RPC.refused) return fromRpcError(error);
  return new UserError(error.message, {
    hint: "It was started by another version of hermes: let its tasks end first, or end that process",
    exitCode: 1,
  });
}
