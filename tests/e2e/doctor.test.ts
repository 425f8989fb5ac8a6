import assert from "node:assert/strict";
import { endToEnd } from "../support/end_to_end.ts";
import { useServer } from "../support/scripted_home.ts";
import { startScriptedServer, status } from "../support/scripted_server.ts";

endToEnd("doctor works with nothing configured, says what is missing, and makes nothing", async (hermes) => {
  const { code, stdout, stderr } = await hermes.run(["doctor"]);
  assert.deepEqual([code, stderr], [1, ""]);
  assert.match(stdout, /^problem +providers +.*OPENAI_API_KEY is not set\n +Set OPENAI_API_KEY/m);
  assert.match(stdout, /^warning +sandbox +commands are not confined/m);
  assert.deepEqual([...Deno.readDirSync(hermes.hermesHome)], []);
});

endToEnd("doctor finds a server, a sound store and room, and asks for no answer", async (hermes) => {
  await using server = await startScriptedServer(() => status(500));
  useServer(hermes, server.baseUrl, { model: { provider: "scripted", default: "scripted" } });
  Deno.chmodSync(`${hermes.hermesHome}/.env`, 0o600);
  await hermes.run(["chat", "--offline", "-Q", "-q", "say: hi"]);
  const { code, stdout } = await hermes.run(["doctor", "--json"]);
  const { findings } = JSON.parse(stdout);
  const bad = findings.filter(({ state, check }: { state: string; check: string }) =>
    state !== "ok" && !["sandbox", "search"].includes(check)
  );
  assert.deepEqual([code, bad], [0, []]);
  assert.equal(server.requests.length, 0);
});

endToEnd("doctor works with a broken config and a damaged store", async (hermes) => {
  await hermes.run(["chat", "--offline", "-Q", "-q", "say: hi"]);
  hermes.configure("model: [x");
  const path = `${hermes.hermesHome}/sessions.db`;
  for (const suffix of ["-wal", "-shm"]) await Deno.remove(path + suffix).catch(() => {});
  Deno.writeTextFileSync(path, "no database");
  const { code, stdout, stderr } = await hermes.run(["doctor"]);
  assert.deepEqual([code, stderr], [78, ""]);
  assert.match(stdout, /^problem +config +/m);
  assert.match(stdout, /^problem +store +.*it is no database of hermes\n +Move it away/m);
});
