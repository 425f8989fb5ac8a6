import fc from "fast-check";
import { storedHappenings, StoredLives } from "../support/stored_lives.ts";

Deno.test("a stored session loses no result over 10,000 random lives, and delivers none twice", async () => {
  using lives = new StoredLives();
  await fc.assert(fc.asyncProperty(storedHappenings, lives.live), { numRuns: 10_000 });
});
