import assert from "node:assert/strict";
import { finish, spawnCall } from "../support/delegation_script.ts";
import { endToEnd } from "../support/end_to_end.ts";
import { useServer } from "../support/scripted_home.ts";
import { callTools, say, startScriptedServer } from "../support/scripted_server.ts";
import { isChild, turnOf } from "../support/wire_reading.ts";

/** Clears the screen, sets the window's title, colours, rings, goes back, turns the reading direction. */
const HOSTILE = "a\u001b[2J\u001b]0;owned\u0007b\u001b[31mc\u0007\rd\u009b1me\u202ef\u0000g";
const HARMLESS = "a\\x1b]0;owned\\x07bc\\x07\\x0dd\\x9b1me\\u202ef\\x00g";

endToEnd("delegate prints a hostile summary with its control characters written out", async (hermes) => {
  await using server = await startScriptedServer(() => finish(HOSTILE));
  useServer(hermes, server.baseUrl);
  const { code, stdout } = await hermes.run(["delegate", "-Q", "GOAL"]);
  assert.deepEqual([code, stdout], [0, `${HARMLESS}\n`]);
});

endToEnd("delegate --json keeps every character of a summary", async (hermes) => {
  await using server = await startScriptedServer(() => finish(HOSTILE));
  useServer(hermes, server.baseUrl);
  const { stdout } = await hermes.run(["delegate", "-Q", "--json", "GOAL"]);
  assert.equal(JSON.parse(stdout).results[0].summary, HOSTILE);
});

endToEnd("delegate shows a hostile goal, question and error without control characters", async (hermes) => {
  await using server = await startScriptedServer((request) =>
    turnOf(request) === 1
      ? callTools([{ name: "ask_parent", args: { question: HOSTILE } }])
      : finish(HOSTILE, "blocked")
  );
  useServer(hermes, server.baseUrl);
  const { stderr } = await hermes.run(["delegate", `GOAL ${HOSTILE.replaceAll("\u0000", "")}`]);
  assert.match(stderr, /asks: /);
  // deno-lint-ignore no-control-regex -- they are what is looked for
  assert.doesNotMatch(stderr, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

for (const args of [["-q", "go"], []]) {
  endToEnd(
    `chat ${args.join(" ")} prints a hostile answer with its control characters written out`,
    async (hermes) => {
      await using server = await startScriptedServer(() => say(HOSTILE, { chunks: 30 }));
      useServer(hermes, server.baseUrl);
      const { code, stdout } = await hermes.run(["chat", "-Q", ...args], { stdin: "go\n" });
      assert.deepEqual([code, stdout], [0, `${HARMLESS}\n`]);
    },
  );
}

endToEnd("/collect prints a hostile summary with its control characters written out", async (hermes) => {
  await using server = await startScriptedServer((request) =>
    isChild(request)
      ? finish(HOSTILE)
      : turnOf(request) === 1
      ? callTools([{ ...spawnCall("GOAL"), name: "delegate_task" }])
      : say("fine")
  );
  useServer(hermes, server.baseUrl);
  const chat = hermes.start(["chat"]);
  await chat.write("go\n");
  await chat.stdout.waitFor(/fine/);
  const [taskId] = /t[0-9a-hjkmnp-tv-z]{5}/.exec(chat.stderr.text) ?? [];
  await chat.write(`/collect ${taskId}\n`);
  await chat.endInput();
  const { stdout } = await chat.finished;
  assert.equal(stdout, `fine\n${HARMLESS}\n`);
});

endToEnd("a tool's hostile name is written out wherever it is shown", async (hermes) => {
  await using server = await startScriptedServer((request) =>
    turnOf(request) === 1 ? callTools([{ name: HOSTILE, args: { a: HOSTILE } }]) : finish("done")
  );
  useServer(hermes, server.baseUrl);
  const { stderr } = await hermes.run(["delegate", "GOAL"]);
  const [id = ""] = /t[0-9a-hjkmnp-tv-z]{5}/.exec(stderr) ?? [];
  for (
    const args of [["sessions", "show", id], ["sessions", "export", id, "--format", "markdown"], [
      "check",
      id,
    ]]
  ) {
    const { stdout, code } = await hermes.run(args);
    assert.equal(code, 0, args.join(" "));
    // deno-lint-ignore no-control-regex -- they are what is looked for
    assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/, args.join(" "));
    if (args[0] === "sessions") assert.match(stdout, /a\\x1b\]0;owned/);
  }
});

endToEnd("delegate prints a result that stays JSON, with what a screen would hide as \\u", async (hermes) => {
  const result = { text: HOSTILE };
  await using server = await startScriptedServer(() =>
    callTools([{ name: "finish", args: { summary: "s", result } }])
  );
  useServer(hermes, server.baseUrl);
  Deno.writeTextFileSync(`${hermes.work}/schema.json`, JSON.stringify({ type: "object" }));
  const { stdout } = await hermes.run(["delegate", "-Q", "--schema", "schema.json", "GOAL"]);
  assert.deepEqual(JSON.parse(stdout), result);
  assert.doesNotMatch(stdout, /\x9b|\u202e/);
});
