import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { setImmediate } from "node:timers";
import type { Adapter, Setup } from "./adapter.ts";
import { Agent, type AgentGround } from "./agent.ts";
import type { Ask } from "./ask.ts";
import type { Wishes } from "./case.ts";
import { Casting } from "./casting.ts";
import { HeldCommand } from "./held_command.ts";
import { ModelServer } from "./model_server.ts";
import { within } from "./patience.ts";
import { type Ended, Program } from "./program.ts";

/** In the user's prompt, and so in the parent's conversation only. */
export const PROMPT_WORD = "only-the-parent-knows";

/** What has ended is known here a moment later, by way of a pipe or a socket of its own. */
const MOMENT_S = 0.25;

const DEFAULTS: Pick<Setup, "start" | "slots" | "queue" | "depth" | "noticeChars"> = {
  start: { prompt: `Do it. ${PROMPT_WORD}` },
  slots: 8,
  queue: 50,
  depth: 1,
  noticeChars: 2000,
};

/** A started program, its model server, and one script for each agent that asks a model. */
export class Stage implements AgentGround, AsyncDisposable {
  readonly adapter: Adapter;
  readonly parent: Agent;
  readonly #root = mkdtempSync(`${tmpdir()}/conformance-`);
  readonly #patienceS: number;
  readonly #casting: Casting;
  readonly #children = new Map<string, Agent>();
  readonly #open: AsyncDisposableStack = new AsyncDisposableStack();
  readonly #closed = Promise.withResolvers<never>();
  #program: Program | null = null;

  constructor(adapter: Adapter, patienceS: number) {
    this.adapter = adapter;
    this.#patienceS = patienceS;
    this.#casting = new Casting(adapter);
    this.#closed.promise.catch(() => {}); // told to whoever still expects something
    this.parent = new Agent("the parent", this);
    this.#open.defer(() => rmSync(this.#root, { recursive: true, force: true }));
    for (const folder of ["state", "work"]) mkdirSync(`${this.#root}/${folder}`);
  }

  /** Starts the program; false when it has no such thing. */
  async open(wishes: Wishes): Promise<boolean> {
    const server = this.#open.use(await ModelServer.start((ask) => this.#receive(ask)));
    const [state, work] = [`${this.#root}/state`, `${this.#root}/work`];
    const given = { state, work, baseUrl: server.baseUrl, apiKey: "sk-conformance-0123456789" };
    const start = this.adapter.prepare({ ...DEFAULTS, ...wishes, ...given });
    if (start === null) return false;
    this.#program = this.#open.use(new Program(start, work));
    return true;
  }

  /** The child whose goal has this word, `GOAL-` and letters. */
  child(goal: string): Agent {
    const child = this.#children.get(goal) ?? new Agent(goal, this);
    this.#children.set(goal, child);
    return child;
  }

  /** A command that a child can run, with both ends in the hands of the script. */
  heldCommand(): HeldCommand {
    return this.#open.use(new HeldCommand(`${this.#root}/work`));
  }

  /** Sends a signal to the program. */
  kill(signal: "SIGINT" | "SIGTERM"): void {
    this.#program?.kill(signal);
  }

  /** How the program ended; it must do so by itself. */
  end(): Promise<Ended> {
    const program = this.#running();
    return within(
      this.#patienceS,
      program.ended,
      () => `The program did not end: ${program.stderr.slice(-500)}`,
    );
  }

  /** A thing that must be so already; waits only for as long as the news of it may take. */
  async soon(promise: Promise<void>, otherwise: string): Promise<void> {
    let isSo = false;
    const seen = promise.then(() => {
      isSo = true;
    });
    await within(MOMENT_S, seen, () => otherwise).catch(async (error) => {
      await new Promise((resolve) => setImmediate(resolve)); // on a busy machine the news may lie unread
      if (!isSo) throw error;
    });
  }

  expect<T>(promise: Promise<T>, what: () => string): Promise<T> {
    const over = this.#running().ended.then(({ code, stderr }): never => {
      throw new Error(`${what()}: the program ended with ${code}: ${stderr.slice(-500)}`);
    });
    return within(this.#patienceS, Promise.race([promise, over, this.#closed.promise]), what);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.reject(new Error("The case is over"));
    await this.#open.disposeAsync();
  }

  #running(): Program {
    if (this.#program === null) throw new TypeError("the program was not started");
    return this.#program;
  }

  #receive(ask: Ask): void {
    const goal = this.#casting.goalOf(ask.body);
    (goal === null ? this.parent : this.child(goal)).receive(ask);
  }
}
