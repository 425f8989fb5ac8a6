import assert from "node:assert/strict";
import { finish, spawnCall } from "../support/delegation_script.ts";
import { type EndToEnd, endToEnd } from "../support/end_to_end.ts";
import { useServer } from "../support/scripted_home.ts";
import {
  callTools,
  hold,
  say,
  type ScriptedServer,
  startScriptedServer,
} from "../support/scripted_server.ts";
import { isChild, turnOf, userMessages } from "../support/wire_reading.ts";

/** Leaves a chat with a result that nobody was told of: it was killed in the turn that spawned the task. */
async function leaveResult(hermes: EndToEnd, server: ScriptedServer): Promise<void> {
  const chat = hermes.start(["chat"]);
  await chat.write("go\n");
  await chat.stderr.waitFor(/t\S{5} completed after/);
  await hermes.until(["list", "--json"], /"status":"completed"/);
  chat.kill("SIGKILL");
  await chat.finished;
  assert.ok(server.requests.length > 0);
}

/** Its parent spawns in its first turn and then answers what `said` says of the number of user messages. */
function serverFor(said: (turn: number) => string): Promise<ScriptedServer> {
  return startScriptedServer((request) => {
    if (isChild(request)) return finish("the result");
    const turn = turnOf(request);
    if (turn === 1) return callTools([spawnCall("GOAL-ALPHA")]);
    return userMessages(request.body).length === 1
      ? hold(new Promise(() => {}), say("never"))
      : say(said(turn));
  });
}

for (const json of [false, true]) {
  endToEnd(
    `chat -c -q${json ? " --json" : ""} brings what waits with the question, in its first request`,
    async (hermes) => {
      await using server = await serverFor(() => "both heard");
      useServer(hermes, server.baseUrl);
      await leaveResult(hermes, server);
      const before = server.requests.length;
      const args = ["chat", "-c", "-Q", "-q", "and now?", ...json ? ["--json"] : []];
      const { code, stdout, stderr } = await hermes.run(args);
      assert.deepEqual([code, json ? JSON.parse(stdout).text : stdout.trimEnd()], [0, "both heard"], stderr);
      assert.equal(server.requests.length, before + 1);
      const messages = userMessages(server.requests.at(-1)!.body).slice(1).join("\n");
      assert.match(messages, /<task_result [^]*the result[^]*<\/task_result>[^]*and now\?$/);
      const { sessions: [{ tasks }] } = JSON.parse((await hermes.run(["sessions", "list", "--json"])).stdout);
      assert.deepEqual(tasks, { total: 1, live: 0, interrupted: 0, undelivered: 0 });
    },
  );
}

for (const json of [false, true]) {
  endToEnd(`chat -c -q${json ? " --json" : ""} prints every answer of the run`, async (hermes) => {
    await using server = await startScriptedServer((request) => {
      if (isChild(request)) return finish("the result");
      const said = userMessages(request.body);
      if (said.at(-1)!.includes("<task_result")) return say("it ended");
      if (said.at(-1)!.endsWith("spawn") && turnOf(request) === said.length) {
        return callTools([spawnCall("GOAL-ALPHA")]);
      }
      return say(`answer to ${said.at(-1)}`);
    });
    useServer(hermes, server.baseUrl);
    await hermes.run(["chat", "-Q", "-q", "first"]);
    const args = ["chat", "-c", "-Q", "-q", "please spawn", ...json ? ["--json"] : []];
    const { code, stdout, stderr } = await hermes.run(args);
    assert.equal(code, 0, stderr);
    const told = json ? JSON.parse(stdout).text.replace("\n\n", "\n") + "\n" : stdout;
    assert.equal(told, "answer to please spawn\nit ended\n");
  });
}
