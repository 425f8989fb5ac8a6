import assert from "node:assert/strict";
import { runCli } from "../support/run_cli.ts";
import { TempDir } from "../support/temp_dir.ts";

/** What a name may bring: a title sequence, a C1 control, a turn of the direction. */
const HOSTILE = "evil\u001b]0;owned\u0007\u009b2J\u202ename";
const SHOWN = String.raw`evil\x1b]0;owned\x07\x9b2J\u202ename`;

const CONFIG = {
  model: { default: HOSTILE },
  providers: { [HOSTILE]: { base_url: "http://127.0.0.1:9/v1" } },
  models: { [HOSTILE]: { context_window: 1000 } },
  delegation: { tiers: { [HOSTILE]: { model: HOSTILE } } },
  mcp_servers: { [HOSTILE]: { command: HOSTILE } },
  [HOSTILE]: 1,
};
/** A tier that is wrong, whose name is in the error. */
const BROKEN = { delegation: { tiers: { [HOSTILE]: {} }, routes: [{ tier: `${HOSTILE}-other` }] } };

// deno-lint-ignore no-control-regex -- they are what is looked for
const RAW = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;

for (
  const [args, config] of [
    [["config", "check"], CONFIG],
    [["config", "check"], BROKEN],
    [["config", "show"], CONFIG],
    [["config", "get", "model.default"], CONFIG],
    [["models"], CONFIG],
    [["models", "--json"], CONFIG],
    [["usage"], CONFIG],
    [["usage", "--json"], CONFIG],
    [["doctor"], BROKEN],
    [["auth", "list"], CONFIG],
    [["auth", "remove", HOSTILE, HOSTILE], CONFIG],
    [["check", HOSTILE], CONFIG],
    [["check", HOSTILE, "--json"], CONFIG],
    [["sessions", "show", HOSTILE], CONFIG],
    [["delegate", "-t", HOSTILE, "goal"], CONFIG],
    [["delegate", `--${HOSTILE}`, "goal"], CONFIG],
    [["delegate", "--tier", HOSTILE, "--json", "goal"], BROKEN],
    [[HOSTILE], CONFIG],
  ] as const
) {
  Deno.test(`${args.join(" ").replaceAll(HOSTILE, "NAME")} writes out on a terminal what it would hide`, async () => {
    using dir = new TempDir();
    Deno.writeTextFileSync(dir.at("config.yaml"), JSON.stringify(config));
    const env = { HERMES_HOME: dir.path, HOME: dir.path, NO_COLOR: "1" };
    const { stdout, stderr } = await runCli(args, { env, cwd: dir.path, terminalColumns: 400 });
    assert.doesNotMatch(stdout + stderr, RAW);
    if (!(args as readonly string[]).includes("usage")) assert.match(stdout + stderr, /evil/);
  });
}

Deno.test("config get gives a script the value as it is", async () => {
  using dir = new TempDir();
  Deno.writeTextFileSync(dir.at("config.yaml"), JSON.stringify(CONFIG));
  const env = { HERMES_HOME: dir.path, HOME: dir.path };
  const args = ["config", "get", "model.default"];
  assert.equal((await runCli(args, { env })).stdout, `${HOSTILE}\n`);
  assert.equal((await runCli(args, { env, terminalColumns: 80 })).stdout, `${SHOWN}\n`);
});
