import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { finish, spawnCall } from "../support/delegation_script.ts";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { SCRIPTED_KEY, useServer } from "../support/scripted_home.ts";
import {
  callTools,
  type RecordedRequest,
  type Reply,
  say,
  startScriptedServer,
  status,
} from "../support/scripted_server.ts";
import { isChild, turnOf } from "../support/wire_reading.ts";

const EXPORTED = "exported+planted/key=7d1e";
const STORED = "stored-planted-key-93ac55";
const SECOND = "second-planted-key-0b2f81";
const KEYS = [SCRIPTED_KEY, EXPORTED, STORED, SECOND];

/** A key as it may turn up. */
function forms(key: string): string[] {
  return [
    key,
    encodeURIComponent(key),
    Buffer.from(key).toString("base64").replace(/=+$/, ""),
    Buffer.from(`${key}\n`).toString("base64"),
  ];
}

function assertNoKey(text: string, where: string): void {
  for (const form of KEYS.flatMap(forms)) assert.equal(text.includes(form), false, `${form} in ${where}`);
}

/** Plants keys in the environment, in .env and in credentials.json. */
function plant(hermes: EndToEnd, baseUrl: string): Record<string, string> {
  useServer(hermes, baseUrl, {
    terminal: { output_chars: 2000 },
    providers: {
      scripted: { base_url: baseUrl, key_env: "SCRIPTED_KEY" },
      other: { base_url: baseUrl, key_env: "PLAIN_NAME" },
    },
  });
  const env = join(hermes.hermesHome, ".env");
  Deno.writeTextFileSync(env, `${readFileSync(env, "utf8")}PLAIN_NAME=${SECOND}\n`);
  const stored = { label: "l", key: STORED, origin: new URL(baseUrl).origin };
  const path = join(hermes.hermesHome, "credentials.json");
  Deno.writeTextFileSync(path, JSON.stringify({ version: 1, providers: { other: [stored] } }), {
    mode: 0o600,
  });
  Deno.writeTextFileSync(join(hermes.work, "forms"), KEYS.flatMap(forms).join("\n"));
  return { PLANTED_TOKEN: EXPORTED, INNOCENT: `x${EXPORTED}x` };
}

function filesBelow(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: "utf8" })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile());
}

function assertNothingLeaked(hermes: EndToEnd, requests: readonly RecordedRequest[]): void {
  for (const { raw } of requests) assertNoKey(raw, "a request");
  const kept = filesBelow(hermes.hermesHome).filter((path) => !/\/(\.env|credentials\.json)$/.test(path));
  assert.ok(kept.some((path) => path.includes("/spill/")), "a long output was kept");
  for (const path of kept) assertNoKey(readFileSync(path, "latin1"), path);
}

/** Everything by which an agent could come by a key. */
function snoop(home: string) {
  const files = ["$HERMES_HOME/.env", "$HERMES_HOME/credentials.json"].map((path) =>
    path.replace("$HERMES_HOME", home)
  );
  const command = (text: string) => ({ name: "terminal", args: { command: text } });
  return [
    command("env; printenv; tr '\\0' '\\n' < /proc/self/environ"),
    command(`cat ${files.join(" ")}`),
    command(`for i in $(seq 200); do cat ${files.join(" ")}; done`),
    command(
      `cut -d= -f2- ${
        files[0]
      } | while read -r key; do printf %s "$key" | base64; echo "$key" | base64; done`,
    ),
    command("cat forms"),
    command(`cp ${files[0]} copied; cp ${files[1]} copied.json`),
    ...files.map((path) => ({ name: "read_file", args: { path } })),
    { name: "search_files", args: { path: home, pattern: "planted|scripted" } },
  ];
}

const COPIES = ["copied", "copied.json", "forms"].map((path) => ({ name: "read_file", args: { path } }));

/** An agent that looks for keys, reads what it copied, and then says what it was told to. */
function curious(home: string, last: Reply): (turn: number) => Reply {
  return (turn) => turn === 1 ? callTools(snoop(home)) : turn === 2 ? callTools(COPIES) : last;
}

endToEnd("shows no key to a model, in an event, on a stream or in a file of its own", async (hermes) => {
  const agent = curious(hermes.hermesHome, finish(`found ${KEYS.flatMap(forms).join(" ")}`));
  await using server = await startScriptedServer((request) => agent(turnOf(request)));
  const env = plant(hermes, server.baseUrl);
  for (const output of ["--json", "--jsonl"]) {
    const { code, stdout, stderr } = await hermes.run(["delegate", "--yolo", "look around", output], { env });
    assert.equal(code, 0, stderr);
    assert.equal(
      stdout.includes("[redacted: PLANTED_TOKEN]"),
      output === "--json",
      "summaries say what was there",
    );
    assertNoKey(stdout + stderr, output);
  }
  assert.equal(server.requests.length, 6);
  assertNothingLeaked(hermes, server.requests);
  assert.match(
    readFileSync(join(hermes.work, "copied"), "utf8"),
    new RegExp(SCRIPTED_KEY),
    "files stay as they are",
  );
});

endToEnd("shows no key to the agent of a chat, nor from its children", async (hermes) => {
  const child = curious(hermes.hermesHome, finish(`found ${KEYS.flatMap(forms).join(" ")}`));
  const parent = curious(
    hermes.hermesHome,
    callTools([{ ...spawnCall("look around"), name: "delegate_task" }]),
  );
  await using server = await startScriptedServer((request) => {
    const turn = turnOf(request);
    if (isChild(request)) return child(turn);
    return turn > 3 ? say("done") : parent(turn);
  });
  const env = plant(hermes, server.baseUrl);
  const { code, stdout, stderr } = await hermes.run(["chat", "--yolo", "-q", "look around", "--jsonl"], {
    env,
  });
  assert.equal(code, 0, stderr);
  assertNoKey(stdout + stderr, "the streams");
  assertNothingLeaked(hermes, server.requests);
});

endToEnd("shows no key that a server repeats in an error", async (hermes) => {
  const words = `the key ${forms(SCRIPTED_KEY).join(" ")} and ${SECOND} are not good`;
  await using server = await startScriptedServer(() => status(400, { error: { message: words } }));
  const env = plant(hermes, server.baseUrl);
  for (
    const args of [["delegate", "a", "--json"], ["delegate", "a", "--jsonl"], ["chat", "-q", "a", "--json"]]
  ) {
    const { code, stdout, stderr } = await hermes.run(args, { env });
    assert.equal(code, 1, stderr);
    assert.match(stdout + stderr, /are not good|redacted/);
    assertNoKey(stdout + stderr, args.join(" "));
  }
  for (
    const path of filesBelow(hermes.hermesHome).filter((path) => !/\/(\.env|credentials\.json)$/.test(path))
  ) {
    assertNoKey(readFileSync(path, "latin1"), path);
  }
});

/** An answer that says the key, a character in each piece. */
function spelledOut(): Reply {
  const text = `it is ${SCRIPTED_KEY}, and ${STORED} too`;
  return say(text, { chunks: text.length });
}

const TOLD = "it is [redacted: SCRIPTED_KEY], and [redacted: secret] too\n";

endToEnd("shows no key that a model says piece by piece, whatever prints it", async (hermes) => {
  await using server = await startScriptedServer(spelledOut);
  const env = plant(hermes, server.baseUrl);
  for (const args of [["chat", "-Q", "-q", "a"], ["chat", "-Q"], ["delegate", "-Q", "a"]]) {
    const { stdout } = await hermes.run(args, { env, stdin: "a\n" });
    assert.equal(stdout, TOLD, args.join(" "));
  }
  for (
    const args of [["chat", "-q", "a", "--json"], ["chat", "-q", "a", "--jsonl"], [
      "delegate",
      "a",
      "--jsonl",
    ]]
  ) {
    const { stdout, stderr } = await hermes.run(args, { env });
    const said = stdout.split("\n").map((line) => line === "" ? {} : JSON.parse(line));
    assertNoKey(stdout + stderr, args.join(" "));
    assertNoKey(said.map(({ delta = "" }) => delta).join(""), args.join(" "));
  }
});
