import { liveKilled } from "../support/killed_lives.ts";
import { launchersUnderTest } from "../support/launchers.ts";

/** How many lives of five kills each. */
const LIVES = { "a chat": 20, "a chat whose tasks move": 10, "the detached host": 10 } as const;

for (const launcher of launchersUnderTest()) {
  for (const what of Object.keys(LIVES) as (keyof typeof LIVES)[]) { // its own keys
    Deno.test(`hermes (${launcher.name}) loses nothing when ${what} is killed ${5 * LIVES[what]} times`, async () => {
      for (let life = 0; life < LIVES[what]; life++) await liveKilled(what, launcher);
    });
  }
}
