import fc from "fast-check";
import { openStore } from "../../lib/store/open_store.ts";
import { loaded } from "../config/temp_home.ts";
import { FakeClock } from "./fake_clock.ts";
import { StoredLife } from "./stored_life.ts";
import { TempDir } from "./temp_dir.ts";

/** One thing that happens to a session and its hosts; `n` and `m` pick the task, the tool and the like. */
export interface StoredHappening {
  readonly act: keyof typeof ACTS;
  readonly n: number;
  readonly m: number;
}

type Act = (life: StoredLife, n: number, m: number) => unknown;

/** What may happen, each as far as it makes sense at that moment. */
const ACTS = {
  news: (life, _n, m) => life.tellNews(m),
  say: (life) => life.host.model.say("so be it"),
  call: (life, n, m) => life.ownerCall(n, m),
  stopTurn: (life) => life.host.agent.stop(),
  childCall: (life, n, m) => life.childCall(n, m),
  finish: (life, n, m) => life.finish(n, m),
  childText: (life, n) => life.askedChild(n)?.model.say("just words"),
  childCrash: (life, n) => life.child(n)?.tell({ type: "crashed", message: "bang" }),
  hold: (life, n) => life.child(n)?.hold(true),
  letThrough: (life, n) => life.child(n)?.hold(false),
  look: (life, n) => life.look(n),
  steer: (life, n, m) => life.steer(n, m),
  cancel: (life, n) => life.cancel(n),
  refuse: (life, n) => life.host.supervisor.questions.refuse(life.task(n)?.id ?? ""),
  wait: (life, _n, m) => life.host.clock.advance([1, 20, 50, 400, 4_200][m % 5] ?? 0),
  crash: (life) => life.host.die(),
  crashInWrite: (life, n) => life.host.dieBeforeWrite(n + 1),
  restart: (life, _n, m) => life.host.leave({ parks: m % 3 > 0 }),
  resume: (life, n) => life.resume(n),
} as const satisfies Record<string, Act>;

/** How often each happens, where that is not once. */
const WEIGHTS: Partial<Record<StoredHappening["act"], number>> = {
  news: 3,
  say: 3,
  call: 7,
  childCall: 6,
  finish: 6,
  wait: 8,
  resume: 4,
  hold: 2,
  crash: 2,
  crashInWrite: 3,
};

/** Anything that may happen to a stored session, in any order. */
export const storedHappenings: fc.Arbitrary<StoredHappening[]> = fc.array(
  fc.record({ act: fc.constantFrom(...weighted()), n: fc.nat(9), m: fc.nat(9) }),
  { minLength: 1, maxLength: 60, size: "max" },
);

function weighted(): StoredHappening["act"][] {
  const names = Object.keys(ACTS) as StoredHappening["act"][]; // its own keys
  return names.flatMap((name) => Array<StoredHappening["act"]>(WEIGHTS[name] ?? 1).fill(name));
}

/** A state directory for many lives, one after the other. */
export class StoredLives implements Disposable {
  readonly #dir = new TempDir();
  readonly #config = loaded(JSON.stringify({ delegation: DELEGATION })).config;
  /** Without it each host that ends would be the last one, whose end empties the journal of the database: slow. */
  readonly #store = openStore(this.#dir.at("home"), { clock: new FakeClock() });

  /**
   * Lets a session live through all of it, then come to rest, and takes it out again. Throws where a promise of the
   * contract is broken.
   */
  readonly live = async (all: readonly StoredHappening[]): Promise<void> => {
    const life = await StoredLife.begin(this.#dir.at("home"), this.#config);
    try {
      for (const { act, n, m } of all) {
        const isAwaited = act === "restart" || act === "wait";
        await life.happen(() => ACTS[act](life, n, m), { isAwaited, goesOn: m % 2 === 1 });
      }
      await life.rest();
    } finally {
      await life.end();
    }
  };

  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]();
    this.#dir[Symbol.dispose]();
  }
}

const DELEGATION = {
  max_concurrent_children: 2,
  max_queued: 6,
  max_spawn_depth: 2,
  stall_seconds: 600,
  child_timeout_seconds: 10,
};
