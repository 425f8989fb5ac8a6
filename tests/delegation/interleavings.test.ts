import fc from "fast-check";
import { happenings, live } from "../support/random_life.ts";

Deno.test("Supervisor keeps what the contract promises, whatever happens in which order", async () => {
  await fc.assert(fc.asyncProperty(happenings, live), { numRuns: 500 });
});
