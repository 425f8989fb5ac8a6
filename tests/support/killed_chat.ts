import assert from "node:assert/strict";
import { KilledHome } from "./killed_home.ts";
import type { Launcher } from "./launchers.ts";
import type { Running } from "./running.ts";

/** After which of its requests or events a chat is killed: a round of the script has at least so many of each. */
const REQUESTS = 10;
const EVENTS = 50;
/** And up to so long after that. */
const LATEST_MS = 20;

/**
 * A chat whose process is killed again and again and taken up by the next one. Throws where a result was lost or
 * delivered twice, where somebody was told more than the disk knows, or where a task cannot come to its end.
 */
export class KilledChat implements AsyncDisposable {
  readonly #home: KilledHome;
  readonly #random: () => number;
  readonly #isMoved: boolean;

  private constructor(home: KilledHome, random: () => number, isMoved: boolean) {
    this.#home = home;
    this.#random = random;
    this.#isMoved = isMoved;
  }

  /** `random` as `Math.random`. */
  static async open(launcher: Launcher, random: () => number): Promise<KilledChat> {
    return new KilledChat(await KilledHome.open(launcher, random), random, false);
  }

  /** One whose tasks go on in the detached host now and then, from where the next process takes them back. */
  static async openMoved(launcher: Launcher, random: () => number): Promise<KilledChat> {
    return new KilledChat(await KilledHome.open(launcher, random), random, true);
  }

  /** One process, from its start to its death; `round` is what it is told to begin. */
  async killOnce(round: number): Promise<void> {
    if (this.#isMoved && this.#random() < 0.7) await this.#move();
    const chat = this.#start();
    const point = this.#somePoint(chat);
    await chat.write(this.#resumeLines() + `round ${round}\n`);
    const ended = chat.finished.then(({ stderr }) =>
      Promise.reject(new Error(`It ended by itself: ${stderr}`))
    );
    await Promise.race([point.catch(() => ended), ended]);
    if (this.#isMoved && this.#random() < 0.5) await this.#home.endHost("SIGKILL");
    chat.kill("SIGKILL");
    const { stdout, stderr, signal } = await chat.finished;
    assert.equal(signal, "SIGKILL", stderr);
    this.#listen(stdout);
    this.#home.check();
  }

  /** Lets the last process bring all to its end. */
  async rest(): Promise<void> {
    this.#home.script.isCalm = true;
    const chat = this.#start();
    await chat.write(this.#resumeLines() + "and now?\n");
    await chat.endInput();
    const { stdout, stderr, code } = await chat.finished;
    assert.equal(code, 0, stderr);
    this.#listen(stdout);
    this.#home.checkRest();
    await this.#home.endHost("SIGTERM");
    assert.deepEqual(this.#home.store.hosts.live(), []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#home.endHost("SIGTERM");
    await this.#home[Symbol.asyncDispose]();
  }

  /** Lets what is interrupted go on in the detached host, a little. */
  async #move(): Promise<void> {
    const { hermes, unfinished } = this.#home;
    if (unfinished.length === 0) return;
    const { code, stderr } = await hermes.run(["resume", ...unfinished]);
    assert.ok(code === 0 || code === 1, stderr); // refused: a host that lives has it, or has just brought it to its end
  }

  #start(): Running {
    const { hermes, store } = this.#home;
    const session = store.sessions().find(({ kind }) => kind === "chat");
    if (session === undefined) return hermes.start(["chat", "--jsonl"]);
    const events = [...store.events(session.sessionId, 0)];
    return hermes.start(["chat", "--jsonl", "-r", session.sessionId, "--since", String(events.length)]);
  }

  #resumeLines(): string {
    return this.#home.unfinished.map((taskId) => `/resume ${taskId}\n`).join("");
  }

  async #somePoint(chat: Running): Promise<void> {
    const [kind, place, later] = [this.#random(), this.#random(), this.#random()];
    if (kind < 0.5) await this.#home.requestsCame(1 + Math.floor(place * REQUESTS));
    else await chat.stdout.waitFor(new RegExp(`(?:.*\\n){${1 + Math.floor(place * EVENTS)}}`));
    await new Promise((resolve) => setTimeout(resolve, later * LATEST_MS)); // only a random point, nothing is waited for
  }

  /** Notes what the process told the reader of its events. */
  #listen(stdout: string): void {
    // What a slash command says stands among the events; the last line may be half of one.
    for (const line of stdout.split("\n").slice(0, -1).filter((each) => each.startsWith("{"))) {
      const { type, task } = JSON.parse(line);
      if (type === "task.ended") {
        this.#home.told({ taskId: task.task_id, status: task.status, by: "an event" });
      }
    }
  }
}
