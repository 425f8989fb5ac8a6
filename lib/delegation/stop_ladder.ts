import type { Clock } from "../support/clock.ts";
import { delay } from "../support/clock.ts";

/** How long a child may take to end by itself after it was asked to; then its worker is ended. */
export const ASK_GRACE_MS = 300;

/** The part of a timeout that is kept for the hand-over: a fifth of it, at most 30 s. */
export function handoverReserveMs(timeoutMs: number): number {
  return Math.min(30_000, timeoutMs / 5);
}

/** The rungs by which a child is brought to a stop. */
export interface Rungs {
  /** Asks the child to abort its work and end. */
  ask(): void;
  /** Resolves when the child said that its loop is over. */
  readonly ended: Promise<void>;
  /** Ends the worker, whatever it does. */
  terminate(): void;
  /** Resolves when nothing that the child started in the parent runs any more. */
  idle(): Promise<void>;
}

/** Ask, wait a little, terminate; resolves when nothing of the child is left. */
export async function climbDown(clock: Clock, rungs: Rungs): Promise<void> {
  const patience = new AbortController();
  rungs.ask();
  const grace = delay(clock, ASK_GRACE_MS, patience.signal).catch(() => {}); // aborted below: the child was quicker
  await Promise.race([rungs.ended, grace]);
  patience.abort();
  rungs.terminate();
  await rungs.idle();
}
