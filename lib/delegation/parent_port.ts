import type { FromChild, RefusedCall, ToChild } from "../protocol/worker_messages.ts";
import { ProviderError, ToolFailure } from "../support/errors.ts";
import type { ServiceCalls, ServiceCasts } from "./service_calls.ts";

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** The child's end of the line to its parent: calls with answers, casts without. */
export class ParentPort {
  readonly #post: (message: FromChild) => void;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;

  constructor(post: (message: FromChild) => void) {
    this.#post = post;
  }

  /** Sends a message that is no call. */
  post(message: FromChild): void {
    this.#post(message);
  }

  /** Tells the parent without waiting. */
  cast<Name extends keyof ServiceCasts>(service: Name, args: ServiceCasts[Name]): void {
    this.#post({ type: "cast", service, args });
  }

  /** Asks the parent. Rejects as the parent refused it, or with the signal's reason, of which the parent is told. */
  call<Name extends keyof ServiceCalls>(
    service: Name,
    args: Parameters<ServiceCalls[Name]>[0],
    signal: AbortSignal,
  ): Promise<ReturnType<ServiceCalls[Name]>> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<ReturnType<ServiceCalls[Name]>>();
    const onAbort = () => {
      this.#pending.delete(id);
      this.#post({ type: "abort_call", id });
      reject(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    this.#pending.set(id, {
      // The parent answers each service with its own type (service_calls.ts); the wire cannot say so.
      resolve: (value) => resolve(value as ReturnType<ServiceCalls[Name]>),
      reject,
    });
    this.#post({ type: "call", id, service, args });
    return promise.finally(() => signal.removeEventListener("abort", onAbort));
  }

  /** Takes the parent's answer to a call; one that nobody waits for any more is dropped. */
  settle(message: Extract<ToChild, { type: "reply" | "refused" }>): void {
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (message.type === "reply") pending?.resolve(message.value);
    else pending?.reject(toError(message.error));
  }
}

/** The error class that a refusal was on the parent's side: a class does not survive the way between threads. */
function toError(error: RefusedCall): Error {
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  switch (error.kind) {
    case "tool":
      return new ToolFailure(error.code, error.message, hint);
    case "provider":
      return ProviderError.fromWire(error);
    case "aborted":
      return new DOMException(error.message, "AbortError");
    case "internal":
      return new Error(error.message);
    default:
      return error.kind satisfies never;
  }
}
