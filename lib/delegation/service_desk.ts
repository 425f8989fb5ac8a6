import type { FromChild, RefusedCall, ToChild } from "../protocol/worker_messages.ts";
import { ProviderError, ToolFailure, toWireError } from "../support/errors.ts";
import type { Services } from "./service_calls.ts";

type ServiceMessage = Extract<FromChild, { type: "call" | "cast" | "abort_call" }>;
type Service = (args: unknown, signal: AbortSignal, givenUp: AbortSignal) => unknown;

const NEVER = new AbortController().signal;

/** Answers the service calls of one child. Disposed, it aborts what is under way and answers no more. */
export class ServiceDesk implements Disposable {
  readonly #services: Services;
  readonly #post: (message: ToChild) => void;
  readonly #closed = new AbortController();
  readonly #calls = new Map<number, { readonly abort: AbortController; readonly settled: Promise<void> }>();
  /** Answered since the child last stored its conversation: it may have given them up before the answer came. */
  readonly #answered = new Map<number, AbortController>();

  constructor(services: Services, post: (message: ToChild) => void) {
    this.#services = services;
    this.#post = post;
  }

  /** Whether a call waits for its answer. */
  get isBusy(): boolean {
    return this.#calls.size > 0;
  }

  /** Takes a message of the child. A service that does not exist is a poison message: it throws `TypeError`. */
  receive(message: ServiceMessage): void {
    if (message.type === "abort_call") {
      const abort = this.#calls.get(message.id)?.abort ?? this.#answered.get(message.id);
      return abort?.abort(new DOMException("The child gave the call up", "AbortError"));
    }
    const service = this.#find(message.service);
    if (message.type === "cast") {
      service(message.args, this.#closed.signal, NEVER);
      if (message.service === "stored") this.#answered.clear();
    } else this.#answer(message.id, service, message.args);
  }

  /** Resolves when every call that is under way has come back, as it does soon after an abort. */
  async idle(): Promise<void> {
    await Promise.all([...this.#calls.values()].map((call) => call.settled));
  }

  [Symbol.dispose](): void {
    this.#closed.abort(new DOMException("The task was stopped", "AbortError"));
  }

  #find(name: string): Service {
    if (!Object.hasOwn(this.#services, name)) {
      throw new TypeError(`A child asked for the unknown service "${name}"`);
    }
    // The child's side is typed by the same map (service_calls.ts); the wire between cannot say so.
    return this.#services[name as keyof Services] as Service;
  }

  #answer(id: number, service: Service, args: unknown): void {
    const abort = new AbortController();
    const signal = AbortSignal.any([this.#closed.signal, abort.signal]);
    const run = this.#run(id, (given, until) => service(given, until, abort.signal), args, signal);
    const settled = run.finally(() => {
      this.#calls.delete(id);
      this.#answered.set(id, abort);
    });
    this.#calls.set(id, { abort, settled });
  }

  async #run(
    id: number,
    service: (args: unknown, signal: AbortSignal) => unknown,
    args: unknown,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      const value = await service(args, signal);
      if (!signal.aborted) this.#post({ type: "reply", id, value });
    } catch (error) {
      if (!signal.aborted) this.#post({ type: "refused", id, error: toRefusal(error) });
    }
  }
}

function toRefusal(error: unknown): RefusedCall {
  const wire = toWireError(error);
  if (error instanceof ToolFailure) return { ...wire, kind: "tool" };
  if (error instanceof ProviderError) return { ...wire, kind: "provider" };
  if (error instanceof DOMException && error.name === "AbortError") return { ...wire, kind: "aborted" };
  return { ...wire, kind: "internal" };
}
