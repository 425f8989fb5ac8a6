import assert from "node:assert/strict";
import { KilledHome } from "./killed_home.ts";
import { goalsOf } from "./killed_script.ts";
import type { Launcher } from "./launchers.ts";

/** After which request the host is killed: a round of the script has at least so many when nobody answers. */
const REQUESTS = 6;

/**
 * The detached host of a state directory, killed again and again and followed by the next one. Throws where a result was
 * lost or printed anew, where an id that was printed is not known, or where a task cannot come to its end.
 */
export class KilledHost implements AsyncDisposable {
  readonly #home: KilledHome;
  readonly #random: () => number;
  readonly #printed: string[] = [];

  private constructor(home: KilledHome, random: () => number) {
    this.#home = home;
    this.#random = random;
  }

  /** `random` as `Math.random`. */
  static async open(launcher: Launcher, random: () => number): Promise<KilledHost> {
    return new KilledHost(await KilledHome.open(launcher, random), random);
  }

  /** Delegates the goals of a round, lets go on what was interrupted, and kills the host somewhere in that. */
  async killOnce(round: number): Promise<void> {
    const { hermes } = this.#home;
    const point = this.#home.requestsCame(1 + Math.floor(this.#random() * REQUESTS));
    const unfinished = this.#home.unfinished;
    const commands = [
      hermes.run(["delegate", "--async", "-t", "terminal", ...goalsOf(round)]),
      ...unfinished.length === 0 ? [] : [hermes.run(["resume", ...unfinished])],
    ];
    await point;
    await this.#home.endHost("SIGKILL");
    const [delegated, resumed] = await Promise.all(commands); // they find another host, or say that they cannot tell
    this.#printed.push(...delegated?.stdout.split("\n").filter((id) => id !== "") ?? []);
    for (const id of this.#printed) {
      assert.ok(this.#home.store.tasks.get(id), `${id} was printed and is not known`);
    }
    for (const ended of [delegated, resumed]) assert.notEqual(ended?.code, 70, ended?.stderr);
    this.#home.check();
  }

  /** Lets the last host bring all to its end. */
  async rest(): Promise<void> {
    const { hermes, script, store } = this.#home;
    await this.#home.endHost("SIGKILL");
    script.isCalm = true;
    const ids = this.#home.unfinished;
    if (ids.length > 0) assert.equal((await hermes.run(["resume", ...ids])).code, 0);
    const all = this.#home.tasks.filter(({ ownerId }) => ownerId === null).map(({ taskId }) => taskId);
    const first = await hermes.run(["collect", "--json", ...all]);
    assert.equal(first.code, 0, first.stderr);
    this.#home.checkRest();
    const at = store.tasks.list().map(({ delivered }) => delivered?.at);
    const second = await hermes.run(["collect", "--json", ...all]);
    assert.deepEqual(undelivered(second.stdout), undelivered(first.stdout));
    assert.deepEqual(store.tasks.list().map(({ delivered }) => delivered?.at), at, "delivered once");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#home.endHost("SIGTERM");
    await this.#home[Symbol.asyncDispose]();
  }
}

/** What a collect said, but for the one thing that may still change. */
function undelivered(stdout: string): unknown {
  return JSON.parse(stdout, (key, value) => key === "delivered" ? undefined : value);
}
