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

Deno.test("reportError() takes what the machine is short of for no bug of ours", async () => {
  for (
    const [code, state] of [
      ["EMFILE", "too many files are open"],
      ["ENOSPC", "no space left on the device"],
      ["ENOMEM", "there is not enough memory"],
    ] as const
  ) {
    const io = new TestIo();
    const thrown = Object.assign(new Error(`${code}: in the words of the system`), { code });
    assert.deepEqual([await reportError(thrown, { io, json: false }), io.stderr.text], [
      75,
      `hermes: Cannot go on: ${state}\n`,
    ]);
  }
});
