import assert from "node:assert/strict";
import { reportError } from "../../lib/cli/report_error.ts";
import { UserError } from "../../lib/support/errors.ts";
import { TestIo } from "../support/run_cli.ts";

Deno.test("reportError() tells what came first when the end of a run fails, too", async () => {
  const io = new TestIo();
  const [first, later] = [
    new UserError("Cannot do this", { exitCode: 2 }),
    new UserError("Cannot write", { exitCode: 75 }),
  ];
  const code = await reportError(new SuppressedError(later, first), { io, json: false });
  assert.deepEqual([code, io.stderr.text], [2, "hermes: Cannot do this\n"]);
});
