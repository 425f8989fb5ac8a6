import fc from "fast-check";
import { happenings, live } from "../support/random_life.ts";

Deno.test("Supervisor keeps what the contract promises over 10,000 random lives", async () => {
  await fc.assert(fc.asyncProperty(happenings, live), { numRuns: 10_000 });
});
