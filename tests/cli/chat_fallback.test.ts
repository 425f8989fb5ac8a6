import assert from "node:assert/strict";
import { runCli } from "../support/run_cli.ts";
import { callTools, say, startScriptedServer, status } from "../support/scripted_server.ts";
import { TempDir } from "../support/temp_dir.ts";

/** `chat -q` with a planned model m1 and a fallback m2. */
async function ask(urls: { readonly planned: string; readonly spare: string }, how: "--json" | "--jsonl") {
  using dir = new TempDir();
  const config = {
    model: { provider: "planned", default: "m1" },
    fallback_providers: [{ provider: "spare", model: "m2" }],
    providers: {
      planned: { base_url: urls.planned, key_env: "none" },
      spare: { base_url: urls.spare, key_env: "none" },
    },
  };
  Deno.writeTextFileSync(dir.at("config.yaml"), JSON.stringify(config));
  const env = { HERMES_HOME: dir.path };
  const { code, stdout } = await runCli(["chat", "-Q", "-q", "hello", how], { env, cwd: dir.path });
  assert.equal(code, 0);
  return stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
}

Deno.test("chat --json names the model that answered: the planned one, or a fallback when that is down", async () => {
  await using spare = await startScriptedServer(() => say("from spare"));
  await using planned = await startScriptedServer(() => say("from planned"));
  const [well] = await ask({ planned: planned.baseUrl, spare: spare.baseUrl }, "--json");
  assert.deepEqual([well.text, well.provider, well.model], ["from planned", "planned", "m1"]);
  const [down] = await ask({ planned: "http://127.0.0.1:1/v1", spare: spare.baseUrl }, "--json");
  assert.deepEqual([down.text, down.provider, down.model], ["from spare", "spare", "m2"]);
});

Deno.test("chat names who answered in each turn, also when a fallback is asked first for a while", async () => {
  await using spare = await startScriptedServer((request) =>
    request.body.messages.at(-1)?.role === "tool"
      ? say("found it")
      : callTools([{ name: "list_tasks", args: {} }])
  );
  await using planned = await startScriptedServer(() => status(503));
  const events = await ask({ planned: planned.baseUrl, spare: spare.baseUrl }, "--jsonl");
  const turns = events.filter(({ type }) => type === "turn.ended");
  assert.deepEqual(turns.map(({ provider, model }) => [provider, model]), [["spare", "m2"], ["spare", "m2"]]);
  assert.equal(events.filter(({ type }) => type === "model.fell_back").length, 1);
});
