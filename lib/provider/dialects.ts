import type { Carried, Message } from "../protocol/conversation.ts";
import { type Dialect, type Lessons, PLAIN_DIALECT } from "../protocol/dialect.ts";
import { modelName, type ModelRef, type ModelWays } from "../protocol/model_ref.ts";
import { type InputBound, InputBounds } from "./input_bounds.ts";
import type { Lease, ModelRequest } from "./provider.ts";
import type { Refusal, RefusedRequest } from "./refusal_lessons.ts";
import { wellFormedJson } from "../support/well_formed_json.ts";
import { loadWire } from "./load_wire.ts";
import type { Wire, WireTarget } from "./wire.ts";

/** How one model is asked now. */
export interface Spoken {
  readonly wire: Wire;
  /** How large a request is. */
  bound(request: ModelRequest): InputBound;
  /** The body of a request with this lease. */
  bodyFor(request: ModelRequest, lease: Lease): Record<string, unknown>;
  /**
   * Takes in why a body was refused. Returns whether to ask again, in another way, and what it taught that holds for
   * others too.
   */
  learn(refusal: Refusal, body: Record<string, unknown>, messages: readonly Message[]): Promise<Taught>;
}

/** What a refusal was good for. */
export interface Taught {
  readonly isWorthAnother: boolean;
  readonly lessons?: Lessons;
}

/** How the models of one agent want to be asked: what it was told when it began and what their refusals have taught it. */
export class Dialects {
  readonly #ways: Partial<Pick<ModelWays, "dialects" | "cacheKey">>;
  readonly #learned = new Map<string, Dialect>();
  readonly #bounds = new InputBounds();
  /** What was carried to a server that did not take it. */
  readonly #dead = new WeakSet<Carried>();

  constructor(ways: Partial<Pick<ModelWays, "dialects" | "cacheKey">>) {
    this.#ways = ways;
  }

  /** How to ask a model, its wire loaded. */
  async of(model: ModelRef): Promise<Spoken> {
    const dialect = this.#dialectOf(model);
    const wire = await loadWire(dialect.api);
    const cacheKey = dialect.takesCacheKey ? this.#ways.cacheKey ?? null : null;
    return {
      wire,
      bound: (request) => this.#bounds.of(request, { model, wire, dialect, cacheKey }),
      bodyFor: (request, lease) => wire.body(request, this.#target(lease, dialect, cacheKey)),
      learn: (refusal, body, messages) => this.#learn(model, refusal, { dialect, body, messages }),
    };
  }

  #dialectOf(model: ModelRef): Dialect {
    const name = modelName(model);
    return this.#learned.get(name) ?? this.#ways.dialects?.[name] ?? PLAIN_DIALECT;
  }

  #target(lease: Lease, dialect: Dialect, cacheKey: string | null): WireTarget {
    const { provider, model, account, reasoningEffort, outputLimit } = lease;
    const carries = (carried: Carried) =>
      carried.provider === provider && carried.model === model && carried.account === account &&
      !this.#dead.has(carried);
    return { provider, model, reasoningEffort, outputLimit, dialect, cacheKey, carries };
  }

  async #learn(model: ModelRef, refusal: Refusal, request: RefusedRequest): Promise<Taught> {
    const { lessonOf } = await import("./refusal_lessons.ts");
    const lesson = lessonOf(refusal, {
      ...request,
      messages: request.messages.filter((each) => !this.#isDead(each)),
    });
    if (lesson === null) return { isWorthAnother: false };
    if ("dialect" in lesson) {
      this.#learned.set(modelName(model), lesson.dialect);
      const { api, limitField, refused, quirks, maxOutput } = lesson.dialect;
      return { isWorthAnother: true, lessons: { api, limitField, refused, quirks, maxOutput } };
    }
    for (const message of request.messages) {
      if (message.role === "assistant" && message.carried !== undefined) this.#dead.add(message.carried);
    }
    return { isWorthAnother: true };
  }

  #isDead(message: Message): boolean {
    return message.role === "assistant" && message.carried !== undefined && this.#dead.has(message.carried);
  }
}

/** A body as it is sent. */
export function bodyText(body: Record<string, unknown>): string {
  return wellFormedJson(JSON.stringify(body));
}
