import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { EXIT } from "../../lib/cli/exit_codes.ts";
import { runCli as run } from "../../lib/cli/root.ts";
import { VERSION } from "../../lib/support/version.ts";
import { runCli, TestIo, TestOutput } from "../support/run_cli.ts";
import { TempDir } from "../support/temp_dir.ts";

Deno.test("runCli() prints the version", async () => {
  assert.deepEqual(await runCli(["--version"]), { code: 0, stdout: `hermes ${VERSION}\n`, stderr: "" });
});

Deno.test("runCli() without arguments and without a terminal prints the help", async () => {
  const help = await runCli(["--help"]);
  assert.deepEqual([help.code, help.stderr], [0, ""]);
  assert.deepEqual(await runCli([]), help);
});

for (const args of [[], ["config"], ["models"], ["completions"]]) {
  const line = ["hermes", ...args, "--help"].join(" ");
  Deno.test(`${line} is in step`, async (t) => {
    const { stdout } = await runCli([...args, "--help"]);
    await t.assertSnapshot(stdout);
  });
}

Deno.test("runCli() fits its help to the terminal, up to 100 columns", async () => {
  const widths = await Promise.all([70, 300].map(async (terminalColumns) => {
    const { stdout } = await runCli(["config", "--help"], { terminalColumns });
    const commands = stdout.split("\n\n").find((part) => part.startsWith("Commands:")) ?? "";
    return Math.max(...commands.split("\n").map((line) => line.length));
  }));
  assert.ok(widths[0]! <= 70 && widths[1]! > 70 && widths[1]! <= 100, String(widths));
});

Deno.test("a command without its sub-command prints its help on stderr and exits 2", async () => {
  const { code, stdout, stderr } = await runCli(["config"]);
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /^Usage: hermes config/);
});

const USAGE: readonly (readonly [args: readonly string[], said: string, help?: string])[] = [
  [["confg"], 'unknown command "confg", did you mean "config"?'],
  [["config", "chekc"], 'unknown command "chekc", did you mean "check"?'],
  [["models", "--jsn"], 'unknown option "--jsn", did you mean "--json"?'],
  [["models", "--provider"], 'option "--provider <name>" argument missing', "hermes models --help"],
  [["config", "get"], 'missing required argument "key"', "hermes config get --help"],
  [["xyzzy"], 'unknown command "xyzzy"', "hermes --help"],
  [["help", "xyzzy"], 'unknown command "xyzzy"', "hermes --help"],
  [["help", "chta"], 'unknown command "chta", did you mean "chat"?'],
  [["chta", "--help"], 'unknown command "chta", did you mean "chat"?'],
  [["help", "config", "xyzzy"], 'unknown command "xyzzy"', "hermes config --help"],
  [["config", "help", "chekc"], 'unknown command "chekc", did you mean "check"?'],
];

for (const [args, said, help] of USAGE) {
  Deno.test(`hermes ${args.join(" ")} is refused with what was meant or where it stands`, async () => {
    const hint = help === undefined ? "" : `See: ${help}\n`;
    const stderr = `hermes: Cannot read the command line: ${said}\n${hint}`;
    assert.deepEqual(await runCli(args), { code: 2, stdout: "", stderr });
  });
}

Deno.test("hermes help COMMAND prints what COMMAND --help prints", async () => {
  for (const names of [[], ["chat"], ["ls"], ["config"], ["config", "get"], ["sessions", "rm"]]) {
    const asked = await runCli([...names, "--help"]);
    assert.equal(asked.code, 0);
    assert.deepEqual(await runCli(["help", ...names]), asked);
    if (names.length === 2) assert.deepEqual(await runCli([names[0]!, "help", names[1]!]), asked);
  }
});

for (const command of [["chat", "-q", "x"], ["delegate", "x"], ["check", "t00000", "--follow"]]) {
  Deno.test(`hermes ${command.join(" ")} with --json and --jsonl is refused, as JSON too`, async () => {
    const { code, stdout, stderr } = await runCli([...command, "--json", "--jsonl"]);
    const { error } = JSON.parse(stdout);
    assert.deepEqual([code, error.code], [2, "invalid_arguments"]);
    assert.match(error.message, /option "--jsonl" cannot be used with option "--json"$/);
    assert.equal(stderr, `hermes: ${error.message}\n${error.hint}\n`);
  });
}

Deno.test("with --json an error is a document on stdout, its sentence on stderr", async () => {
  const { code, stdout, stderr } = await runCli(["models", "--json", "--nonsense"]);
  const message = 'Cannot read the command line: unknown option "--nonsense"';
  const hint = "See: hermes models --help";
  assert.deepEqual(JSON.parse(stdout), { error: { code: "invalid_arguments", message, hint } });
  assert.deepEqual([code, stderr], [2, `hermes: ${message}\n${hint}\n`]);
});

Deno.test("an error with a hint has it on a line of its own", async () => {
  const { code, stderr } = await runCli(["config", "path"]);
  assert.equal(code, 78);
  assert.match(stderr, /^hermes: Cannot find the state directory: .+\nSet HERMES_HOME .+\n$/);
});

Deno.test("control characters of what a user wrote do not reach the terminal", async () => {
  const { stderr } = await runCli(["\u001b[31mred\u0007"], { terminalColumns: 80 });
  assert.match(stderr, /^hermes: Cannot read the command line: unknown command "red\\x07"\n/);
});

class BrokenOutput extends TestOutput {
  override write(text: string): void {
    throw new TypeError(`our bug, near sk-secret-12345 (${text.length})`);
  }
}

function brokenIo(home: string): TestIo {
  const io = new TestIo({ env: { HERMES_HOME: home, SOME_API_KEY: "sk-secret-12345" } });
  return Object.assign(io, { stdout: new BrokenOutput() });
}

Deno.test("a bug of ours exits 70, with the stack in a log for its owner only, without secrets", async () => {
  using dir = new TempDir();
  const io = brokenIo(dir.at("home"));
  assert.equal(await run(["config", "path"], io), EXIT.internal);
  const log = dir.at("home/logs/errors.log");
  assert.equal(
    io.stderr.text,
    `hermes: Cannot go on: internal error, a bug of hermes\nThe details are in ${log}\n`,
  );
  assert.match(
    readFileSync(log, "utf8"),
    /^\d{4}-.+ hermes .+\nTypeError: our bug, near \[redacted: SOME_API_KEY\] .+\n +at /,
  );
  await run(["config", "path"], io);
  assert.equal(readFileSync(log, "utf8").match(/TypeError/g)?.length, 2, "the log grows");
  assert.equal(statSync(log).mode & 0o777, 0o600);
});

Deno.test("a bug of ours exits 70 as well where no log can be written", async () => {
  using dir = new TempDir();
  writeFileSync(dir.at("home"), "in the way");
  const io = brokenIo(dir.at("home"));
  assert.equal(await run(["config", "path"], io), EXIT.internal);
  assert.match(io.stderr.text, /^hermes: Cannot go on: internal error.*\nThe details are lost: .+\n$/);
  assert.doesNotMatch(io.stderr.text, /our bug|^ +at /m);
});
