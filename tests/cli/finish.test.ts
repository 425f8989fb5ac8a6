import assert from "node:assert/strict";
import { finish } from "../../lib/cli/finish.ts";
import type { Delivery } from "../../lib/cli/process_io.ts";
import { TestIo } from "../support/run_cli.ts";

const CASES: readonly (readonly [claim: string, code: number, delivery: Delivery, expected: number])[] = [
  ["keeps the code when all was read", 0, { type: "taken" }, 0],
  ["is 141 when the reader went away from a run that went well", 0, { type: "closed" }, 141],
  ["keeps a failure when the reader went away", 1, { type: "closed" }, 1],
  ["keeps the code of a signal when the reader went away", 130, { type: "closed" }, 130],
  ["is 1 when the output could not be written", 0, { type: "failed", error: new Error("disk full") }, 1],
];

for (const [claim, code, delivery, expected] of CASES) {
  Deno.test(`finish() ${claim}`, async () => {
    const io = Object.assign(new TestIo(), { flush: () => Promise.resolve(delivery) });
    assert.equal(await finish(code, io), expected);
    const said = delivery.type === "failed" ? "hermes: Cannot write the output: disk full\n" : "";
    assert.equal(io.stderr.text, said);
  });
}
