import assert from "node:assert/strict";
import { runCli } from "../support/run_cli.ts";

/** [what was typed, what is said of it] */
const WRONG: readonly (readonly [readonly string[], RegExp])[] = [
  [["delegate", "--foo", "x"], /unknown option "--foo"\nSee: hermes delegate --help\n$/],
  [["delegate", "--yol", "x"], /unknown option "--yol"\nSee: /],
  [["chat", "--yoloo"], /unknown option "--yoloo"\nSee: /],
  [["cancel", "--yess"], /unknown option "--yess"\nSee: /],
  [["delegate", "--asnc", "x"], /unknown option "--asnc", did you mean "--async"\?\n$/],
  [["chat", "--jsn"], /did you mean (one of )?.*--json/],
  [["chatt"], /unknown command "chatt", did you mean "chat"\?\n$/],
  [["help", "chatt"], /unknown command "chatt", did you mean "chat"\?\n$/],
  [["help", "config", "sett"], /unknown command "sett", did you mean "set"\?\n$/],
  [["check"], /missing required argument "ids"\nSee: hermes check --help; ids: hermes list\n$/],
  [
    ["sessions", "show"],
    /missing required argument "id"\nSee: hermes sessions show --help; ids: hermes sessions list\n$/,
  ],
  [["help", "xx"], /unknown command "xx"\nSee: hermes --help\n$/],
  [["config", "unst", "x"], /unknown command "unst", did you mean "unset"\?\n$/],
  [["delegate", "--json", "--jsonl", "x"], /"--jsonl" cannot be used with option "--json"/],
  [["chat", "-q", "x", "--jsonl", "--json"], /"--jsonl" cannot be used with option "--json"/],
  [["check", "t00000", "--follow", "--json", "--jsonl"], /"--jsonl" cannot be used with option "--json"/],
];

for (const [args, says] of WRONG) {
  Deno.test(`hermes ${args.join(" ")} is a usage error that suggests nothing dangerous`, async () => {
    const { code, stderr } = await runCli(args);
    assert.equal(code, 2);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /mean.*--(?:yolo|yes)/);
  });
}
