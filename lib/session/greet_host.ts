import type { HostRow } from "../store/store.ts";
import type { Clock } from "../support/clock.ts";
import { UserError } from "../support/errors.ts";
import { isProcessAlive } from "../support/process_mark.ts";
import { type ControlAddress, ControlClient, HostGone } from "./control/client.ts";

/**
 * A command can hold the socket on which its host listened (Deno lets children inherit it): then a host that was killed
 * still takes connections, and nobody answers there. Nothing tells of that, so it is looked for this often.
 */
const LOOK_MS = 250;
/** Machines may be slow. */
const GIVE_UP_MS = 60_000;

/** How long somebody waits for a host. */
export interface Patience {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Connects to a host. Rejects with {@linkcode HostGone} when it does not listen, or dies before it answers; with a
 * `UserError` when its process lives and does not answer; or with the signal's reason.
 */
export async function greetHost(
  { pid, startMark }: Pick<HostRow, "pid" | "startMark">,
  address: ControlAddress,
  { clock, signal }: Patience,
): Promise<ControlClient> {
  const unanswered = new AbortController();
  const giveUpAt = clock.now() + GIVE_UP_MS;
  const look = () => {
    if (!isProcessAlive(pid, startMark)) unanswered.abort(new HostGone("The host died before it answered"));
    else if (clock.now() >= giveUpAt) unanswered.abort(noAnswer());
    else next = clock.after(LOOK_MS, look);
  };
  let next = clock.after(LOOK_MS, look);
  try {
    return await ControlClient.connect(address, AbortSignal.any([signal, unanswered.signal]));
  } finally {
    next[Symbol.dispose]();
  }
}

/** The process of a host lives, and nobody can talk to it. */
export function noAnswer(): UserError {
  return new UserError("Cannot reach the host of the task: its process lives and does not answer", {
    hint: "hermes list shows the hosts with their process ids",
    exitCode: 75,
  });
}
