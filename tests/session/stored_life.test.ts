import fc from "fast-check";
import { storedHappenings, StoredLives } from "../support/stored_lives.ts";

Deno.test("a stored session loses no result and delivers none twice, whenever its hosts die", async () => {
  using lives = new StoredLives();
  await fc.assert(fc.asyncProperty(storedHappenings, lives.live), { numRuns: 500 });
});
