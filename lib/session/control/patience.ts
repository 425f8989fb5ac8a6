import type { ProcessState } from "../../support/process_mark.ts";

/**
 * How long a host is waited for that does not answer. `look`: a few seconds, because the store knows nearly as much;
 * `act`: as short for one that is stopped, a minute for one that runs, because machines may be slow; `wait`: without
 * end, for what comes of itself when the host goes on.
 */
export type Patience = "look" | "act" | "wait";

/** Beats of {@linkcode Heartbeat} of 2 s, of a host that runs. */
const MOST_BEATS: Readonly<Record<Patience, number>> = { look: 3, act: 30, wait: Infinity };

/** Whether somebody has waited long enough when nothing was heard for so many beats. */
export function isSpent(patience: Patience, beats: number, state: ProcessState): boolean {
  return beats >= (state === "stopped" && patience !== "wait" ? 1 : MOST_BEATS[patience]);
}

/** Whether those who go on waiting are told by now; a moment's silence is not worth a line. */
export function isTold(beats: number, state: ProcessState): boolean {
  return state === "stopped" || beats >= MOST_BEATS.look;
}
