import fc from "fast-check";
import { anyAnswer, AnyServer } from "../support/any_answer.ts";

Deno.test("request() ends as a user can be told, whatever bytes a server sends: 500 answers", async () => {
  await using server = await AnyServer.start();
  await fc.assert(fc.asyncProperty(anyAnswer, (answer) => server.check(answer)), { numRuns: 500 });
});
