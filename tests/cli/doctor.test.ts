import assert from "node:assert/strict";
import { fileCredentialState } from "../../lib/store/credential_state.ts";
import { takeChore } from "../../lib/store/chores.ts";
import { openStore } from "../../lib/store/open_store.ts";
import { fingerprintOf } from "../../lib/provider/credential.ts";
import { runCli } from "../support/run_cli.ts";
import { say, startScriptedServer } from "../support/scripted_server.ts";
import { StoredHome } from "../support/stored_home.ts";
import { steadyClock, systemClock } from "../../lib/support/clock.ts";
import { TempDir } from "../support/temp_dir.ts";

const KEY = "sk-doctor-0123456789";

interface Finding {
  readonly check: string;
  readonly state: string;
  readonly message: string;
  readonly hint?: string;
}

/** `hermes doctor --json` on a state directory; a config is written as JSON, a string as it is. */
async function doctor(home: string, config?: unknown, args: readonly string[] = ["--json"]) {
  if (config !== undefined) {
    Deno.writeTextFileSync(
      `${home}/config.yaml`,
      typeof config === "string" ? config : JSON.stringify(config),
    );
  }
  const { code, stdout, stderr } = await runCli(["doctor", ...args], {
    env: { HERMES_HOME: home, MY_KEY: KEY },
  });
  assert.equal(stderr, "");
  assert.doesNotMatch(stdout, new RegExp(KEY));
  const findings: readonly Finding[] = args.includes("--json") ? JSON.parse(stdout).findings : [];
  const of = (check: string) => findings.filter((each) => each.check === check);
  return { code, stdout, findings, of };
}

const OFFLINE = { model: { provider: "offline", default: "offline" } };

function serverConfig(baseUrl: string, model: string) {
  return {
    model: { provider: "mine", default: model },
    providers: { mine: { base_url: baseUrl, key_env: "MY_KEY" } },
  };
}

Deno.test("doctor ends with 0 where nothing is a problem, a line for each check, and stores nothing", async () => {
  using home = new TempDir();
  const { code, stdout } = await doctor(home.path, OFFLINE, []);
  assert.equal(code, 0);
  for (
    const check of ["config", "providers", "keys", "hosts", "store", "disk", "sandbox", "search", "terminal"]
  ) {
    assert.match(stdout, new RegExp(`^(ok|warning) +${check} `, "m"));
  }
  assert.match(stdout, /commands are not confined/);
  assert.deepEqual(Array.from(Deno.readDirSync(home.path), ({ name }) => name), ["config.yaml"]);
});

Deno.test("doctor says with 78 what is wrong in a config, and looks at all else", async () => {
  using home = new TempDir();
  const { code, of } = await doctor(home.path, "model: [x");
  assert.equal(code, 78);
  assert.deepEqual(of("config").map(({ state }) => state), ["problem"]);
  assert.match(of("config")[0]!.message, /config\.yaml:\d+:\d+: /);
  for (const check of ["store", "disk", "sandbox"]) assert.ok(of(check).length > 0, check);
  const unknown = await doctor(home.path, { ...OFFLINE, colour: "red" });
  assert.deepEqual([unknown.code, unknown.of("config").map(({ state }) => state)], [0, ["warning"]]);
});

Deno.test("doctor asks providers for their models only, and names one that is not listed", async () => {
  using home = new TempDir();
  await using server = await startScriptedServer(() => say("never asked"));
  const served = await doctor(home.path, serverConfig(server.baseUrl, "scripted"));
  assert.deepEqual([served.code, served.of("providers").map(({ state }) => state)], [0, ["ok"]]);
  const missing = await doctor(home.path, serverConfig(server.baseUrl, "another"));
  assert.deepEqual([missing.code, missing.of("providers").map(({ state }) => state)], [0, ["warning"]]);
  assert.match(missing.of("providers")[0]!.message, /does not list another/);
  assert.equal(server.requests.length, 0);
});

Deno.test("doctor finds a provider that cannot be reached or has no key, with the way out", async () => {
  using home = new TempDir();
  const unreachable = await doctor(home.path, serverConfig("http://127.0.0.1:9/v1", "m"));
  assert.equal(unreachable.code, 1);
  assert.match(unreachable.of("providers")[0]!.message, /cannot be reached/);
  assert.match(unreachable.of("providers")[0]!.hint!, /base_url/);
  const keyless = await doctor(home.path, { model: { provider: "openai", default: "m" } });
  assert.equal(keyless.code, 1);
  assert.match(keyless.of("providers")[0]!.message, /OPENAI_API_KEY is not set/);
  assert.match(keyless.of("providers")[0]!.hint!, /--offline/);
});

Deno.test("doctor names keys that were refused or rest, and never shows one", async () => {
  using home = new TempDir();
  Deno.mkdirSync(home.at("run"), { mode: 0o700 });
  const id = `http://127.0.0.1:9 ${fingerprintOf(KEY)}`;
  const config = serverConfig("http://127.0.0.1:9/v1", "m");
  fileCredentialState(home.path).save({
    keys: { [id]: { disabled: "auth", parkedUntil: 0, requests: 1 } },
    lanes: {},
  });
  const refused = await doctor(home.path, config);
  assert.match(refused.of("keys")[0]!.message, /MY_KEY of mine was refused: auth/);
  assert.match(refused.of("keys")[0]!.hint!, /hermes auth reset mine/);
  const parkedUntil = steadyClock.now() + 3_600_000;
  fileCredentialState(home.path).save({
    keys: { [id]: { disabled: null, parkedUntil, requests: 1 } },
    lanes: {},
  });
  const resting = await doctor(home.path, config);
  assert.match(resting.of("keys")[0]!.message, /MY_KEY of mine rests for .*: its server limits it/);
});

Deno.test("doctor tells a damaged store from a sound one and counts what waits", async () => {
  using home = new StoredHome();
  home.task(home.session("talk"), [{ type: "started", at: 2 }, { type: "host_died", at: 3 }]);
  const sound = await doctor(home.dir.path, OFFLINE);
  assert.equal(sound.code, 0);
  assert.match(sound.of("store")[0]!.message, /^1 session, .*version \d+, 0 results undelivered$/);
  assert.match(sound.of("store")[2]!.hint!, /hermes resume/);
  using damaged = new TempDir();
  openStore(damaged.path, { clock: systemClock })[Symbol.dispose]();
  const path = damaged.at("sessions.db");
  const bytes = Deno.readFileSync(path);
  Deno.writeFileSync(path, bytes.fill(0xa5, 4096));
  const { code, of } = await doctor(damaged.path, OFFLINE);
  assert.equal(code, 1);
  assert.ok(of("store").some(({ state, hint }) => state === "problem" && hint !== undefined));
  assert.deepEqual(Deno.readFileSync(path), bytes, "nothing was overwritten");
});

Deno.test("doctor says how large the store is and for how long sessions stay", async () => {
  using home = new StoredHome();
  const { sessionId } = home.session("talk");
  Deno.mkdirSync(home.dir.at(`spill/${sessionId}`), { recursive: true, mode: 0o700 });
  Deno.writeTextFileSync(home.dir.at(`spill/${sessionId}/output.txt`), "x".repeat(1500));
  const [size, kept] = (await doctor(home.dir.path, OFFLINE)).of("store");
  assert.match(size!.message, /^1 session, [\d.]+ kB, 1\.5 kB in spill\/, version \d+,/);
  assert.match(kept!.message, /until you remove them/);
  assert.match(kept!.hint!, /hermes config set sessions\.retention_days/);
  const retained = { ...OFFLINE, sessions: { retention_days: 30 } };
  const of = async () => (await doctor(home.dir.path, retained)).of("store")[1]!.message;
  assert.match(await of(), /removed 30 days after .*; last looked for: not yet$/);
  takeChore(home.store.database, "retention", { now: Date.now() - 7_200_000, everyMs: 1 });
  assert.match(await of(), /last looked for: 2h00m ago$/);
});

Deno.test("doctor sees to hosts that died and removes what they left in run/", async () => {
  using home = new StoredHome();
  const session = home.session("talk");
  const host = { hostId: session.hostId, pid: 1, startMark: "before", kind: "chat" as const, since: 1 };
  home.store.hosts.enter({ ...host, sessionId: session.sessionId, socket: null });
  const taskId = home.task(session, [{ type: "started", at: 2 }]);
  Deno.mkdirSync(home.dir.at("run"), { mode: 0o700 });
  Deno.writeTextFileSync(home.dir.at(`run/${session.hostId}.token`), "x", { mode: 0o600 });
  const { code, of } = await doctor(home.dir.path, OFFLINE);
  assert.equal(code, 0);
  assert.match(of("hosts")[0]!.message, /1 task is interrupted/);
  assert.equal(home.store.tasks.get(taskId)?.status, "interrupted");
  assert.deepEqual([...Deno.readDirSync(home.dir.at("run"))], []);
});

Deno.test({
  name: "doctor warns of files that others can see, and says how to hide them",
  ignore: Deno.build.os === "windows",
  async fn() {
    using home = new TempDir();
    Deno.writeTextFileSync(home.at(".env"), "X=1\n");
    Deno.chmodSync(home.at(".env"), 0o644);
    const { code, of } = await doctor(home.path, OFFLINE);
    assert.equal(code, 0);
    assert.ok(of("disk").some(({ hint }) => hint === `chmod 600 ${home.at(".env")}`));
  },
});
