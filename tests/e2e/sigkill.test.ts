import { liveKilled } from "../support/killed_lives.ts";
import { launchersUnderTest } from "../support/launchers.ts";

/** How many lives of five kills each; one after the other, because each has many processes. */
const LIVES = { "a chat": 2, "a chat whose tasks move": 1, "the detached host": 1 } as const;

for (const launcher of launchersUnderTest()) {
  for (const what of Object.keys(LIVES) as (keyof typeof LIVES)[]) { // its own keys
    for (let life = 1; life <= LIVES[what]; life++) {
      const claim = `loses nothing when ${what} is killed five times (life ${life})`;
      Deno.test(`hermes (${launcher.name}) ${claim}`, () => liveKilled(what, launcher));
    }
  }
}
