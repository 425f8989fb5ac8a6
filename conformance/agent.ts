import type { Adapter } from "./adapter.ts";
import type { Ask } from "./ask.ts";
import { ask as askCall, finish } from "./calls.ts";
import {
  type Call,
  type ChatBody,
  newMessages,
  type Reading,
  textOf,
  toolOf,
  type WireMessage,
} from "./wire.ts";

/** What an agent's script needs of the stage it stands on. */
export interface AgentGround {
  readonly adapter: Adapter;
  /** The promise, or an error when the program ended or the suite's patience did; `what` says what did not come. */
  expect<T>(promise: Promise<T>, what: () => string): Promise<T>;
}

/** The scripted model of one agent of the program: the parent, or one child. */
export class Agent {
  readonly name: string;
  /** Every request it made so far. */
  readonly seen: Ask[] = [];
  readonly #ground: AgentGround;
  #taken = 0;
  #wake: (() => void) | null = null;

  constructor(name: string, ground: AgentGround) {
    this.name = name;
    this.#ground = ground;
  }

  /** Takes in a request; for the stage only. */
  receive(ask: Ask): void {
    this.seen.push(ask);
    this.#wake?.();
  }

  /** Its next request that the script has not seen, held open. */
  asks(): Promise<Ask> {
    return heard(this.#next());
  }

  /** Asks for tools in one turn and returns what they answered, read from its next request. */
  does(...calls: readonly Call[]): Promise<Reading[]> {
    return heard(this.#does(calls, ({ body }) => this.#replies(body)));
  }

  /** As {@linkcode does}, with the bytes of the answers. */
  doesRaw(...calls: readonly Call[]): Promise<string[]> {
    return heard(this.#does(calls, ({ body }) => results(body).map(textOf)));
  }

  /** Answers its open request, or its next, in words. */
  async says(text: string, finish?: string | null): Promise<void> {
    (await this.#open()).says(text, finish);
  }

  /** Refuses its open request, or its next, with an HTTP status. */
  async isRefused(status: number, message: string): Promise<void> {
    (await this.#open()).refuses(status, message);
  }

  /** Ends its task. */
  finishes(summary: string, more: Reading = {}): Promise<void> {
    return this.#answer([finish(summary, more)]);
  }

  /** Puts a question to its parent; the answer stands in its next request. */
  questions(question: string): Promise<void> {
    return this.#answer([askCall(question)]);
  }

  /** Asks for tools without waiting for what they answer. */
  async starts(...calls: readonly Call[]): Promise<void> {
    await this.#answer(calls);
  }

  async #does<T>(calls: readonly Call[], read: (ask: Ask) => T): Promise<T> {
    await this.#answer(calls);
    return read(await this.#next());
  }

  #replies(body: ChatBody): Reading[] {
    const read = this.#ground.adapter.fromReply ?? ((_tool, text) => JSON.parse(text));
    return results(body).map((result) => read(toolOf(body, result), textOf(result)));
  }

  async #next(): Promise<Ask> {
    const index = this.#taken++;
    const known = this.seen[index];
    if (known !== undefined) return known;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    await this.#ground.expect(promise, () => `Request ${index + 1} of ${this.name} did not come`);
    return this.seen[index]!; // the one that woke us
  }

  async #answer(calls: readonly Call[]): Promise<void> {
    const { adapter } = this.#ground;
    (await this.#open()).calls(calls.map((call) => adapter.toCall?.(call) ?? call));
  }

  async #open(): Promise<Ask> {
    const last = this.seen[this.#taken - 1];
    return last?.isOpen ? last : await this.#next();
  }
}

function results(body: ChatBody): WireMessage[] {
  return newMessages(body).filter(({ role }) => role === "tool");
}

/** A script may look at other agents before it awaits this one; until then nobody falls over a failure. */
function heard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
