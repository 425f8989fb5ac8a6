import type { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { VERSION } from "../../support/version.ts";
import { type Clock } from "../../support/clock.ts";
import { describeIssues } from "../../support/describe_issue.ts";
import { ToolFailure } from "../../support/errors.ts";
import type { Crowd, CrowdMember } from "./crowd.ts";
import type { ControlLimits } from "./limits.ts";
import { LineReader } from "./line_reader.ts";
import {
  errorLine,
  eventLine,
  request,
  resultLine,
  RPC,
  type RpcError,
  tooLong,
  toRpcError,
} from "./messages.ts";
import { type Handlers, type Method, PARAMS, type Params, PROTOCOL } from "./methods.ts";
import { Outbox } from "./outbox.ts";
import { isSameToken } from "./token.ts";
import type { Turns, TurnTaker } from "./turns.ts";

/** What a connection needs of its server. */
export interface ConnectionOptions {
  readonly token: string;
  readonly handlers: Handlers;
  readonly clock: Clock;
  readonly limits: ControlLimits;
  readonly turns: Turns;
  /** Those that it belongs to, who may cut it off. */
  readonly crowd: Crowd<Connection>;
  /** Whether the host is about to leave. */
  readonly isLeaving: () => boolean;
  /** Called once, when it is closed and nothing that was asked runs any more. */
  readonly onClosed: () => void;
}

/** How long a client may take to say who it is. */
const HELLO_MS = 10_000;
/** How long a client may take to read the last that it was told. */
const CLOSE_MS = 2_000;

/**
 * One client of a host. What it asked for ends with it; nobody else notices what it does. It is read no faster than it
 * is answered, and answered no faster than it reads.
 */
export class Connection implements CrowdMember, TurnTaker {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #lines: LineReader;
  readonly #outbox: Outbox;
  readonly #gone = new AbortController();
  #patience: Disposable;
  #isKnown = false;
  #isClosed = false;
  #running = 0;
  #turns = 0;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    const { clock, crowd, limits, turns } = options;
    this.#lines = new LineReader(limits.greetingBytes);
    this.#outbox = new Outbox(socket, {
      limits,
      clock,
      onHeld: (bytes) => crowd.hold(bytes),
      onRoom: () => turns.want(this),
      onSlow: () => this.cutOff(),
    });
    this.#patience = clock.after(HELLO_MS, () => this.close());
    socket.on("data", (bytes: Buffer) => this.#read(bytes));
    socket.on("error", () => socket.destroy());
    socket.on("end", () => socket.destroy());
    socket.once("close", () => this.#closed());
    crowd.add(this);
  }

  /** Whether it has said the token. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** What is held for it, read and unread, in bytes. */
  get heldBytes(): number {
    return this.#lines.heldBytes + this.#outbox.unreadBytes;
  }

  /** What it waits for. */
  get requests(): number {
    return this.#running;
  }

  /** How many of its lines were read. */
  get turns(): number {
    return this.#turns;
  }

  /** Ends it, once what was written is on its way. */
  close(): void {
    if (!this.#isKnown) return void this.#socket.destroy();
    this.#socket.end();
    this.#patience = this.#options.clock.after(CLOSE_MS, () => this.#socket.destroy());
  }

  /** Ends it at once, whatever it waits for. */
  cutOff(): void {
    this.#letGo("The client was cut off");
    this.#socket.destroy();
  }

  /** Takes its next line; true: there may be another. */
  takeTurn(): boolean {
    if (this.#gone.signal.aborted || this.#outbox.isFull) return false; // it asks again when there is room
    this.#turns++;
    try {
      const line = this.#held(() => this.#lines.next());
      if (line === null) return void this.#socket.resume(), false;
      this.#take(line);
      return true;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#refuse(null, { ...toRpcError(tooLong(this.#lines.maxBytes)), code: RPC.invalidRequest });
      return false;
    }
  }

  #read(bytes: Buffer): void {
    if (this.#gone.signal.aborted) return;
    this.#socket.pause();
    this.#held(() => this.#lines.push(bytes));
    this.#options.turns.want(this);
  }

  /** Tells the others how much more is held for it after `work`, or less. */
  #held<Result>(work: () => Result): Result {
    const before = this.#lines.heldBytes;
    try {
      return work();
    } finally {
      this.#options.crowd.hold(this.#lines.heldBytes - before);
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
    if (this.#options.isLeaving()) return this.#outbox.write(errorLine(id, LEAVING));
    if (this.#running >= this.#options.limits.requests) {
      return this.#outbox.write(errorLine(id, tooMany(this.#running)));
    }
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
    this.#lines.maxBytes = this.#options.limits.lineBytes;
    this.#patience[Symbol.dispose]();
    this.#outbox.write(resultLine(id, { protocol: PROTOCOL, version: VERSION }));
  }

  async #answer(id: number, method: string, params: unknown): Promise<void> {
    this.#count(1);
    try {
      this.#outbox.write(resultLine(id, await this.#handle(id, method, params)));
    } catch (error) {
      const isUnknown = error instanceof UnknownMethod;
      this.#outbox.write(
        errorLine(id, isUnknown ? { code: RPC.unknownMethod, message: error.message } : toRpcError(error)),
      );
    } finally {
      this.#count(-1);
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
    const tell = (event: Parameters<typeof eventLine>[1]) => this.#outbox.write(eventLine(id, event));
    return await handler(parsed.data, { signal: this.#gone.signal, tell });
  }

  #refuse(id: number | null, error: RpcError): void {
    this.#outbox.write(errorLine(id, error));
    this.#letGo("The client was refused");
    this.#socket.end(() => this.#socket.destroy()); // what it still says is not read
    this.#patience[Symbol.dispose]();
    this.#patience = this.#options.clock.after(CLOSE_MS, () => this.#socket.destroy());
  }

  /** What it waits for counts until it is let go. */
  #count(requests: number): void {
    this.#running += requests;
    if (!this.#gone.signal.aborted) this.#options.crowd.ask(requests);
  }

  /** Nothing is done for it any more, and nothing held. */
  #letGo(why: string): void {
    if (this.#gone.signal.aborted) return;
    const { crowd, turns } = this.#options;
    const requests = this.#running;
    this.#gone.abort(new DOMException(why, "AbortError"));
    turns.forget(this);
    crowd.remove(this);
    crowd.ask(-requests);
    this.#held(() => this.#lines.clear());
    this.#outbox.close();
  }

  #closed(): void {
    this.#patience[Symbol.dispose]();
    this.#letGo("The client has gone");
    this.#isClosed = true;
    this.#settle();
  }

  #settle(): void {
    if (this.#isClosed && this.#running === 0) this.#options.onClosed();
  }
}

const LEAVING: RpcError = { code: RPC.leaving, message: "The host is about to leave" };

function tooMany(requests: number): RpcError {
  const message = `Cannot take the request: this client waits for ${requests} already`;
  return { code: RPC.failed, message, data: { code: "queue_full", message, exit_code: EXIT_TEMPORARY } };
}

/** Contract §4. */
const EXIT_TEMPORARY = 75;

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
