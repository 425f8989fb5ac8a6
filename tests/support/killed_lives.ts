import { KilledChat } from "./killed_chat.ts";
import { KilledHost } from "./killed_host.ts";
import type { Launcher } from "./launchers.ts";
import { seededRandom } from "./seeded_random.ts";

/** Kills of one state directory, one after the other. */
const KILLS = 5;

/** The hosts whose death is tried, each after the name of what it is in a test. */
export const KILLED = {
  "a chat": KilledChat.open,
  "a chat whose tasks move": KilledChat.openMoved,
  "the detached host": KilledHost.open,
} as const;

/** Lets one state directory live through {@linkcode KILLS} deaths of its host and come to rest; a failure names the seed. */
export async function liveKilled(
  what: keyof typeof KILLED,
  launcher: Launcher,
  seed?: number,
): Promise<void> {
  const { random, seed: used } = seededRandom(seed);
  const killed = await KILLED[what](launcher, random);
  try {
    for (let round = 1; round <= KILLS; round++) await killed.killOnce(round);
    await killed.rest();
  } catch (error) {
    await killed[Symbol.asyncDispose]().catch(() => {}); // what is left of a broken life tells nothing new
    throw new Error(`${what} with the seed ${used} broke a promise`, { cause: error });
  }
  await killed[Symbol.asyncDispose]();
}
