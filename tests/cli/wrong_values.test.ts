import assert from "node:assert/strict";
import { EXIT } from "../../lib/cli/exit_codes.ts";
import { runCli } from "../support/run_cli.ts";
import { TempDir } from "../support/temp_dir.ts";

const COUNT = "expected an integer ≥ 1";
const WHOLE = "expected an integer ≥ 0";
const SECONDS = "expected seconds from 0 to 604800";
const TEXT = "expected some text";

/** [command, option, values that cannot be, what is said of them] */
const VALUES: readonly (readonly [string, string, readonly string[], string])[] = [
  ["chat -q x", "--max-turns", ["-1", "0", "NaN", "", "1.5", "1e9", "99999999999999999999"], COUNT],
  ["chat -q x", "--budget-usd", ["-1", "NaN", "", "Infinity"], "expected US dollars, a number ≥ 0"],
  ["chat -q x", "--since", ["-1", "NaN", "", "1.5"], WHOLE],
  ["chat -q x", "--cwd", ["", "nowhere"], "expected a directory that exists"],
  ["chat -q x", "--model", ["", " "], TEXT],
  ["chat -q x", "--provider", [""], TEXT],
  ["chat -q x", "--toolsets", ["", ",", "file,,web"], "expected names with commas between them"],
  ["delegate x", "--max-turns", ["-1", "0", "", "10001"], "expected an integer from 1 to 10000"],
  ["delegate x", "--token-budget", ["-1", "0", "NaN", "", "9e9"], COUNT],
  ["delegate x", "--timeout", ["-1", "NaN", "", "604801", "1e3"], SECONDS],
  ["delegate x", "--name", [""], TEXT],
  ["delegate x", "--tier", [""], TEXT],
  ["delegate x", "--schema", [""], TEXT],
  ["delegate x", "--context-file", [""], TEXT],
  ["collect t00000", "--timeout", ["-1", "NaN", "", "604801"], SECONDS],
  ["check t00000 --follow", "--since", ["-1", "", "1.5"], WHOLE],
  ["models", "--provider", [""], TEXT],
  [
    "sessions rm",
    "--older-than",
    ["", "30", "-1d", "1y"],
    "expected a number with m, h, d or w, such as 30d",
  ],
];

for (const [command, option, values, state] of VALUES) {
  Deno.test(`hermes ${command} refuses ${option} ${values.map((value) => `"${value}"`).join(", ")}`, async () => {
    for (const value of values) {
      const { code, stdout, stderr } = await runCli([...command.split(" "), option, value, "--json"]);
      const { error } = JSON.parse(stdout);
      assert.equal(error.message, `Cannot use "${value}" for ${option}: ${state}`);
      assert.deepEqual([code, error.code, stderr], [2, "invalid_arguments", `hermes: ${error.message}\n`]);
    }
  });
}

/** [arguments, the beginning of what is said] */
const TOGETHER: readonly (readonly [string, string])[] = [
  ["chat -q x --since 3", "Cannot use --since without --jsonl"],
  ["delegate x --since 3", "Cannot use --since without --jsonl"],
  ["check t00000 --since 3", "Cannot use --since without --follow"],
  [
    "delegate x --offline --provider openai",
    'Cannot read the command line: option "--offline" cannot be used with',
  ],
  ["chat -q x --offline -m gpt-5.1", 'Cannot read the command line: option "--offline" cannot be used with'],
  ["delegate x --any --async", "Cannot use --any with --async"],
  ["cancel --all", "Cannot cancel all tasks"],
  ["usage --day --all", "Cannot use --day and --all together"],
];

for (const [line, said] of TOGETHER) {
  Deno.test(`hermes ${line} is refused`, async () => {
    using home = new TempDir();
    const { code, stdout } = await runCli([...line.split(" "), "--json"], {
      env: { HERMES_HOME: home.path },
    });
    const { error } = JSON.parse(stdout);
    assert.ok(error.message.startsWith(said), error.message);
    assert.deepEqual([code, error.code], [2, "invalid_arguments"]);
  });
}

Deno.test("a name that is too long is refused by its option", async () => {
  const { code, stderr } = await runCli(["delegate", "x", "--name", "n".repeat(41)]);
  const said = `hermes: Cannot use "${"n".repeat(40)}…" for --name: expected at most 40 characters\n`;
  assert.deepEqual([code, stderr], [EXIT.usage, said]);
});

Deno.test("an error does not repeat all of an argument that is long", async () => {
  using home = new TempDir();
  const env = { HERMES_HOME: home.path };
  for (const args of [["check", "x".repeat(100_000)], ["x".repeat(100_000)]]) {
    const { code, stderr } = await runCli(args, { env });
    assert.equal(code, EXIT.usage);
    assert.ok(stderr.length < 2_500, `${stderr.length} characters`);
    assert.match(stderr, /x \[… \d+ characters …\] x*/);
  }
});
