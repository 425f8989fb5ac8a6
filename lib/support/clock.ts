/** Time as the program sees it; tests pass their own. All values in milliseconds. */
export interface Clock {
  /** Since the epoch. */
  now(): number;
  /** Calls back once after `ms`; disposing it before takes the call back. Keeps no process alive. */
  after(ms: number, callback: () => void): Disposable;
}

/** The longest delay a timer of the platform takes (2^31 - 1 ms); a longer one would fire at once. */
const MAX_DELAY_MS = 2_147_483_647;

/** The machine's own clock, which a person or another machine may set: for times that others read. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, ms), MAX_DELAY_MS));
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

/** When this thread began, by the machine's clock as it was then. */
const BEGAN_AT = Date.now() - performance.now();

/**
 * A clock for durations and waits: it goes on evenly, whatever becomes of the machine's own. Its times mean something
 * within this process only.
 */
export const steadyClock: Clock = {
  now: () => Math.round(BEGAN_AT + performance.now()),
  after: systemClock.after,
};

/** Never resolves; rejects with the signal's reason when it aborts. */
export function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  if (signal.aborted) reject(signal.reason);
  else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}

/** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
export function delay(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (signal?.aborted) {
    reject(signal.reason);
    return promise;
  }
  const onAbort = () => {
    timer[Symbol.dispose]();
    reject(signal?.reason);
  };
  const timer = clock.after(ms, () => {
    signal?.removeEventListener("abort", onAbort);
    resolve();
  });
  signal?.addEventListener("abort", onAbort, { once: true });
  return promise;
}
