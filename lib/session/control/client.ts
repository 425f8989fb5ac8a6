import type { Buffer } from "node:buffer";
import { connect as connectTo, type Socket } from "node:net";
import type { SessionEvent } from "../../protocol/events.ts";
import { UserError } from "../../support/errors.ts";
import { LineReader } from "./line_reader.ts";
import { fromRpcError, type FromServer, fromServer, requestLine, RPC, type RpcError } from "./messages.ts";
import { type Method, type Params, PROTOCOL, type Results } from "./methods.ts";

/** The host cannot be asked any more: it died, has left or is about to. Somebody else has its tasks, or the store. */
export class HostGone extends Error {
  override readonly name = "HostGone";
  /** It may have done what it was asked, and only the answer did not come. */
  readonly mayHaveDone: boolean;

  constructor(message: string, { mayHaveDone = false }: { readonly mayHaveDone?: boolean } = {}) {
    super(message);
    this.mayHaveDone = mayHaveDone;
  }
}

/** Where a host is asked. */
export interface ControlAddress {
  readonly socket: string;
  readonly token: string;
}

/** How one request is made. */
export interface RequestOptions {
  readonly signal: AbortSignal;
  /** Told of each event of `follow`, before the answer. */
  readonly onEvent?: (event: SessionEvent) => void;
}

interface Pending {
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
  #lastId = 0;
  #ending: Error | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (bytes: Buffer) => this.#read(bytes));
    socket.on("error", () => this.#end(this.#gone()));
    socket.once("close", () => this.#end(this.#gone()));
  }

  /** Connects and says the token. Rejects with {@linkcode HostGone} when nobody listens there. */
  static async connect({ socket: path, token }: ControlAddress, signal: AbortSignal): Promise<ControlClient> {
    signal.throwIfAborted();
    const socket = connectTo(path);
    const client = new ControlClient(socket);
    try {
      await client.#ask("hello", { token, protocol: PROTOCOL }, { signal });
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

  /** Asks the host. Rejects with its error, with {@linkcode HostGone}, or with the signal's reason. */
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
    { signal, onEvent }: RequestOptions,
  ): Promise<Results[Name]> {
    signal.throwIfAborted();
    if (this.#ending !== null) throw this.#ending;
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    this.#pending.set(id, { onEvent, resolve, reject });
    this.#socket.write(requestLine(id, method, params));
    try {
      return await promise as Results[Name]; // the host speaks this version of the protocol: it said so
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#pending.delete(id);
    }
  }

  #read(bytes: Buffer): void {
    try {
      for (const line of this.#lines.push(bytes)) this.#take(fromServer.parse(JSON.parse(line)));
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

  #gone(): HostGone {
    return new HostGone("The host has gone", { mayHaveDone: this.#lastId > 1 }); // the first asked nothing but hello
  }

  #end(error: Error): void {
    this.#ending ??= error;
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
