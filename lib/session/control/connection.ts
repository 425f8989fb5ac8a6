import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { VERSION } from "../../support/version.ts";
import { type Clock } from "../../support/clock.ts";
import { describeIssues } from "../../support/describe_issue.ts";
import { messageOf, ToolFailure } from "../../support/errors.ts";
import { LineReader } from "./line_reader.ts";
import { errorLine, eventLine, request, resultLine, RPC, type RpcError, toRpcError } from "./messages.ts";
import { type Handlers, type Method, PARAMS, type Params, PROTOCOL } from "./methods.ts";
import { isSameToken } from "./token.ts";

/** What a connection needs of its server. */
export interface ConnectionOptions {
  readonly token: string;
  readonly handlers: Handlers;
  readonly clock: Clock;
  /** Of a line that comes, and of what waits to be read by the client. */
  readonly maxBytes: number;
  /** Whether the host is about to leave. */
  readonly isLeaving: () => boolean;
  /** Called once, when it is closed and nothing that was asked runs any more. */
  readonly onClosed: () => void;
}

/** How long a client may take to say who it is. */
const HELLO_MS = 10_000;
/** How long a client may take to read the last that it was told. */
const CLOSE_MS = 2_000;

/** One client of a host. What it asked for ends with it; nobody else notices what it does. */
export class Connection {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #lines: LineReader;
  readonly #gone = new AbortController();
  #patience: Disposable;
  #isKnown = false;
  #isClosed = false;
  #unreadBytes = 0;
  #running = 0;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#lines = new LineReader(options.maxBytes);
    this.#patience = options.clock.after(HELLO_MS, () => this.close());
    socket.on("data", (bytes: Buffer) => this.#read(bytes));
    socket.on("error", () => socket.destroy());
    socket.on("end", () => socket.destroy());
    socket.once("close", () => this.#closed());
  }

  /** Whether it has said the token. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Ends it, once what was written is on its way. */
  close(): void {
    if (!this.#isKnown) return void this.#socket.destroy();
    this.#socket.end();
    this.#patience = this.#options.clock.after(CLOSE_MS, () => this.#socket.destroy());
  }

  #read(bytes: Buffer): void {
    try {
      for (const line of this.#lines.push(bytes)) if (!this.#gone.signal.aborted) this.#take(line);
    } catch (error) {
      this.#refuse(null, { code: RPC.invalidRequest, message: messageOf(error) });
    }
  }

  #take(line: string): void {
    const message = request.safeParse(parse(line));
    if (!message.success) {
      return this.#refuse(null, {
        code: RPC.parseError,
        message: "Cannot read the message: not JSON-RPC 2.0",
      });
    }
    const { id, method, params } = message.data;
    if (!this.#isKnown) return this.#greet(id, method, params);
    if (this.#options.isLeaving()) return this.#write(errorLine(id, LEAVING));
    void this.#answer(id, method, params); // never rejects
  }

  #greet(id: number, method: string, params: unknown): void {
    const hello = PARAMS.hello.safeParse(params);
    if (method !== "hello" || !hello.success || !isSameToken(hello.data.token, this.#options.token)) {
      return this.#refuse(id, { code: RPC.refused, message: "Cannot talk to this host: the token is wrong" });
    }
    if (hello.data.protocol !== PROTOCOL) {
      const state =
        `it speaks version ${PROTOCOL} of the protocol (hermes ${VERSION}), not ${hello.data.protocol}`;
      return this.#refuse(id, { code: RPC.refused, message: `Cannot talk to this host: ${state}` });
    }
    if (this.#options.isLeaving()) return this.#refuse(id, LEAVING);
    this.#isKnown = true;
    this.#patience[Symbol.dispose]();
    this.#write(resultLine(id, { protocol: PROTOCOL, version: VERSION }));
  }

  async #answer(id: number, method: string, params: unknown): Promise<void> {
    this.#running++;
    try {
      this.#write(resultLine(id, await this.#handle(id, method, params)));
    } catch (error) {
      const isUnknown = error instanceof UnknownMethod;
      this.#write(
        errorLine(id, isUnknown ? { code: RPC.unknownMethod, message: error.message } : toRpcError(error)),
      );
    } finally {
      this.#running--;
      this.#settle();
    }
  }

  async #handle(id: number, method: string, params: unknown): Promise<unknown> {
    if (!isMethod(method)) throw new UnknownMethod(`Cannot call "${method}": there is no such method`);
    const parsed = PARAMS[method].safeParse(params ?? {});
    if (!parsed.success) {
      const issues = describeIssues(parsed.error, params).map(({ path, message }) => `${path}: ${message}`);
      throw new ToolFailure("invalid_arguments", `Cannot call ${method}: ${issues.join("; ")}`);
    }
    // The schema of the same name has said that the parameters are its own.
    const handler = this.#options.handlers[method] as (
      params: Params<Method>,
      visit: Parameters<Handlers["follow"]>[1],
    ) => unknown;
    const tell = (event: Parameters<typeof eventLine>[1]) => this.#write(eventLine(id, event));
    return await handler(parsed.data, { signal: this.#gone.signal, tell });
  }

  #refuse(id: number | null, error: RpcError): void {
    this.#write(errorLine(id, error));
    this.#gone.abort(new DOMException("The client was refused", "AbortError"));
    this.#socket.end();
  }

  /** A client that does not read is let go before it fills the memory of its host. */
  #write(line: string): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    if (this.#unreadBytes > this.#options.maxBytes) return void this.#socket.destroy();
    const bytes = Buffer.from(line);
    this.#unreadBytes += bytes.length;
    this.#socket.write(bytes, () => this.#unreadBytes -= bytes.length);
  }

  #closed(): void {
    this.#patience[Symbol.dispose]();
    this.#gone.abort(new DOMException("The client has gone", "AbortError"));
    this.#isClosed = true;
    this.#settle();
  }

  #settle(): void {
    if (this.#isClosed && this.#running === 0) this.#options.onClosed();
  }
}

const LEAVING: RpcError = { code: RPC.leaving, message: "The host is about to leave" };

class UnknownMethod extends Error {}

function isMethod(name: string): name is Exclude<Method, "hello"> {
  return name !== "hello" && Object.hasOwn(PARAMS, name);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null; // no message is null
  }
}
