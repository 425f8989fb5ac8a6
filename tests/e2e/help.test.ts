import assert from "node:assert/strict";
import { VERSION } from "../../lib/support/version.ts";
import { endToEnd } from "../support/end_to_end.ts";
import { assertOneMessage } from "../support/one_message.ts";

const COMMANDS = [
  ...["chat", "delegate", "check", "steer", "collect", "cancel", "list", "resume"],
  ...["models", "config"],
];

endToEnd("--version prints the version on one line", async (hermes) => {
  const { code, stdout, stderr } = await hermes.run(["--version"]);
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: `hermes ${VERSION}\n`, stderr: "" });
});

endToEnd("--help names its commands and gives examples", async (hermes) => {
  const { code, stdout, stderr } = await hermes.run(["--help"]);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assert.match(stdout, /^Usage: hermes/m);
  for (const command of COMMANDS) {
    assert.match(stdout, new RegExp(`^ +${command}\\b`, "m"));
  }
  assert.doesNotMatch(stdout, /__/, "hidden");
  assert.match(stdout, /^Examples:/m);
  assert.match(stdout, /^ +\$? ?hermes chat .*--offline/m);
});

endToEnd("without arguments and without a terminal prints help", async (hermes) => {
  const bare = await hermes.run([]);
  const help = await hermes.run(["--help"]);
  assert.deepEqual([bare.code, bare.stdout], [0, help.stdout]);
});

for (const command of COMMANDS) {
  endToEnd(`${command} --help fits 110 columns and exits 0`, async (hermes) => {
    const { code, stdout, stderr } = await hermes.run([command, "--help"]);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    assert.match(stdout, new RegExp(`^Usage: hermes ${command}`));
    assert.deepEqual(stdout.split("\n").filter((line) => line.length > 110), []);
  });
}

const USAGE:
  readonly (readonly [claim: string, args: readonly string[], says: readonly (string | RegExp)[]])[] = [
    ["an unknown command", ["delegat", "x"], ["delegat", /delegate/]],
    ["an unknown option", ["chat", "--ofline"], ["--ofline", "--offline"]],
    ["an option without its value", ["chat", "-q"], [/-q|--query/]],
    ["a number that is none", ["chat", "-q", "hi", "--max-turns", "many"], ["--max-turns", '"many"']],
    ["a number out of range", ["delegate", "x", "--timeout", "-1"], ["--timeout", "-1"]],
    ["delegate without a goal", ["delegate", "--offline"], [/goal/i]],
    ["a task command without an id", ["check"], [/ids/]],
    ["a message that is missing", ["steer", "t00000"], [/message/]],
    ["two ways to steer", ["steer", "t00000", "hello", "--now", "--after"], ["--now", "--after"]],
    ["a status that there is not", ["list", "--status", "done"], ['"done"', "completed"]],
    ["a session that there is not", ["list", "--session", "s00000"], ['"s00000"']],
    ["a toolset that does not exist", ["chat", "-q", "hi", "-t", "fiel", "--offline"], ['"fiel"', "file"]],
    ["a directory that does not exist", ["chat", "-q", "hi", "--cwd", "/no/such/place", "--offline"], [
      "/no/such/place",
    ]],
  ];

for (const [claim, args, says] of USAGE) {
  endToEnd(`answers ${claim} with exit code 2`, async (hermes) => {
    assertOneMessage(await hermes.run(args), { code: 2, says });
  });
}

endToEnd("answers --json together with --jsonl with exit code 2 and one JSON document", async (hermes) => {
  const finished = await hermes.run(["delegate", "x", "--json", "--jsonl", "--offline"]);
  assertOneMessage(finished, { code: 2, says: ["--json", "--jsonl"], stdout: finished.stdout });
  assert.equal(JSON.parse(finished.stdout).error.code, "invalid_arguments");
});
