import { dirname } from "node:path";
import type { LoadedConfig } from "../../config/load.ts";
import { HostGone } from "../../session/control/client.ts";
import { runHost } from "../../session/host.ts";
import { HOST_READY, HOST_REFUSED, type HostRefusal } from "../../session/host_command.ts";
import { HostFinder, untilAnswered } from "../../session/host_finder.ts";
import { openStore } from "../../store/open_store.ts";
import { steadyClock, systemClock } from "../../support/clock.ts";
import { UserError } from "../../support/errors.ts";
import { EXIT } from "../exit_codes.ts";
import type { Io } from "../io.ts";
import { loadRunConfig } from "../load_config.ts";
import { Ending } from "../signals.ts";

/**
 * Runs the detached host until nobody needs it. Where there is one already it waits until that one answers, or takes
 * its place when that one leaves: whoever started this process knows when it is ready, or over, that there is a host.
 */
export async function runHostCommand(io: Io): Promise<number> {
  using ending = new Ending(io, ["SIGPIPE"]);
  const { signal } = ending;
  const loaded = loadRunConfig(io, { quiet: true });
  const { env, workerUrl } = io;
  const onReady = () => io.stdout.write(`${HOST_READY}\n`);
  const host = async () => {
    if (await isHosted(loaded, signal)) return;
    try {
      await runHost({ loaded, env, workerUrl, onReady, signal });
    } catch (error) {
      if (error instanceof UserError && await isHosted(loaded, signal)) return;
      throw error;
    }
  };
  try {
    await untilAnswered(host, { clock: steadyClock, signal });
  } catch (error) {
    if (ending.exitCode !== null) return ending.exitCode;
    if (error instanceof UserError) io.stdout.write(HOST_REFUSED + JSON.stringify(refusalOf(error)) + "\n");
    throw error;
  }
  return ending.exitCode ?? EXIT.done;
}

function refusalOf({ message, hint, exitCode }: UserError): HostRefusal {
  return { message, hint, exitCode };
}

/** Whether a detached host answers. Rejects with {@linkcode HostGone} when one is there that does not yet, or no more. */
async function isHosted({ path }: LoadedConfig, signal: AbortSignal): Promise<boolean> {
  const home = dirname(path);
  using store = openStore(home, { clock: systemClock });
  using finder = new HostFinder({ home, store, clock: steadyClock, signal });
  const host = finder.live().find(({ kind }) => kind === "detached");
  if (host === undefined) return false;
  const { host_id } = await (await finder.connect(host)).request("ping", {}, { signal });
  if (host_id !== host.hostId) throw new HostGone("Another host answers in its place");
  return true;
}
