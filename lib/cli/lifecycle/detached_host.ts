import { type ControlClient, HostGone } from "../../session/control/client.ts";
import { untilAnswered } from "../../session/host_finder.ts";
import { startHost } from "../../session/host_process.ts";
import type { HostRow } from "../../store/store.ts";
import { steadyClock } from "../../support/clock.ts";
import { UserError } from "../../support/errors.ts";
import { EXIT } from "../exit_codes.ts";
import type { Io } from "../io.ts";
import type { Reach } from "./reach.ts";

/** Asks the detached host, which is started when there is none; it is asked once only, whatever becomes of it. */
export async function onDetachedHost<Result>(
  io: Io,
  reach: Reach,
  ask: (client: ControlClient) => Promise<Result>,
): Promise<Result> {
  return await untilAnswered(async () => {
    const client = await connectTo(reach, detachedHost(reach)) ?? await start(io, reach);
    return await ask(client).catch(refuseSecondTry);
  }, { clock: steadyClock, signal: reach.signal });
}

/** The detached host, if there is one. */
export function detachedHost({ finder }: Reach): HostRow | undefined {
  return finder.live().find(({ kind }) => kind === "detached");
}

/** A connection to a host; null when there is none that answers. Rejects with what else goes wrong. */
export async function connectTo({ finder }: Reach, host: HostRow | undefined): Promise<ControlClient | null> {
  if (host === undefined) return null;
  return await finder.connect(host).catch((error) => {
    if (error instanceof HostGone) return null; // about to come or to leave: what is started waits for it
    throw error;
  });
}

async function start(io: Io, reach: Reach): Promise<ControlClient> {
  const entry = new URL("../../main.ts", io.workerUrl);
  await startHost({ home: reach.home, entry, env: io.env, signal: reach.signal });
  const host = detachedHost(reach);
  if (host === undefined) throw new HostGone("The host that answered has left again");
  return await reach.finder.connect(host);
}

/** For what is asked once only: throws the error of a host that has gone, as one that cannot tell whether it did it. */
export function refuseSecondTry(error: unknown): never {
  if (!(error instanceof HostGone) || !error.mayHaveDone) throw error;
  throw new UserError("Cannot tell whether the task was taken in: the detached host has died", {
    hint: "See: hermes list",
    exitCode: EXIT.failed,
    cause: error,
  });
}
