import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { runCli } from "../support/run_cli.ts";
import { TempDir } from "../support/temp_dir.ts";

/** A state directory, and the config commands run on it. */
class Home implements Disposable {
  readonly #dir = new TempDir();
  readonly path = this.#dir.at("state/config.yaml");

  constructor(config?: string) {
    if (config === undefined) return;
    Deno.mkdirSync(this.#dir.at("state"));
    writeFileSync(this.path, config);
  }

  config(...args: readonly string[]) {
    return runCli(["config", ...args], {
      env: { HERMES_HOME: this.#dir.at("state"), MY_KEY: "sk-0123456789" },
    });
  }

  [Symbol.dispose](): void {
    this.#dir[Symbol.dispose]();
  }
}

const ok = (stdout: string) => ({ code: 0, stdout, stderr: "" });

Deno.test("config path prints where the file would be, and makes nothing", async () => {
  using home = new Home();
  assert.deepEqual(await home.config("path"), ok(`${home.path}\n`));
  assert.ok(!existsSync(home.path));
});

Deno.test("config init writes the example once, for its owner only, and check is content with it", async () => {
  using home = new Home();
  assert.deepEqual(await home.config("init"), ok(`${home.path}\n`));
  assert.match(readFileSync(home.path, "utf8"), /max_concurrent_children: 10/);
  assert.equal(statSync(home.path).mode & 0o777, 0o600);
  assert.deepEqual(await home.config("check"), ok(`${home.path}: no problems\n`));
  const again = await home.config("init");
  assert.equal(again.code, 1);
  assert.match(again.stderr, /^hermes: Cannot write ".+": it exists\n/);
});

Deno.test("config get prints a scalar as it is and a map as YAML", async () => {
  using home = new Home();
  assert.deepEqual(await home.config("get", "delegation.max_queued"), ok("200\n"));
  assert.deepEqual(await home.config("get", "model"), ok("provider: openai\ndefault: gpt-5.1\n"));
  const { code, stderr } = await home.config("get", "delegation.max_queud");
  assert.equal(code, 2);
  assert.match(stderr, /max_queud.+\nDid you mean "delegation.max_queued"\?\n$/);
});

Deno.test("config get and show hide secrets", async () => {
  using home = new Home(
    "providers: {mine: {base_url: 'http://h/v1', api_key: '${MY_KEY}', headers: {x-pass: short}}}\n",
  );
  for (const key of ["providers.mine.api_key", "providers.mine.headers.x-pass"]) {
    assert.deepEqual(await home.config("get", key), ok("***\n"));
  }
  const { stdout } = await home.config("show");
  assert.match(stdout, /api_key: ["']?\*{3}/);
  assert.doesNotMatch(stdout, /sk-0123456789|short/);
});

Deno.test("config unset brings the default back, and says when there was nothing to unset", async () => {
  using home = new Home("delegation:\n  max_queued: 7 # few\n  max_iterations: 3\n");
  assert.deepEqual(await home.config("unset", "delegation.max_queued"), ok(""));
  assert.deepEqual(await home.config("unset", "delegation.max_iterations"), ok(""));
  assert.equal(readFileSync(home.path, "utf8"), "delegation:\n  max_queued: # few\n");
  assert.deepEqual(await home.config("get", "delegation.max_queued"), ok("200\n"));
  assert.deepEqual(await home.config("unset", "delegation.max_iterations"), {
    ...ok(""),
    stderr: `hermes: "delegation.max_iterations" is not set in ${home.path}\n`,
  });
  assert.equal((await home.config("unset", "delegation.nope")).code, 2);
});

Deno.test("config check refuses what a run would refuse", async () => {
  using home = new Home("model: {provider: opnai}\nterminal: {sandbox: on}\n");
  assert.deepEqual(await home.config("check"), {
    code: 78,
    stdout: `error: ${home.path}:1:9: model.provider: unknown provider "opnai", did you mean "openai"?\n` +
      `error: ${home.path}:2:12: terminal.sandbox: this version has no sandbox: auto or off\n`,
    stderr: `hermes: Cannot use "${home.path}": 2 errors\n`,
  });
});

Deno.test("config set keeps comments, makes the file where there is none, and refuses what does not fit", async () => {
  using home = new Home();
  assert.deepEqual(await home.config("set", "delegation.max_queued", "7"), ok(""));
  assert.deepEqual(await home.config("get", "delegation.max_queued"), ok("7\n"));
  writeFileSync(home.path, "# mine\ndelegation:\n  max_queued: 7 # few\n");
  assert.deepEqual(await home.config("set", "delegation.max_queued", "8"), ok(""));
  assert.equal(readFileSync(home.path, "utf8"), "# mine\ndelegation:\n  max_queued: 8 # few\n");
  const refused = await home.config("set", "delegation.max_queued", "-1");
  assert.equal(refused.code, 2);
  assert.match(
    refused.stderr,
    /^hermes: Cannot set "delegation.max_queued": expected an integer ≥ 0, got -1\n$/,
  );
  assert.equal(readFileSync(home.path, "utf8"), "# mine\ndelegation:\n  max_queued: 8 # few\n");
});

Deno.test("config check lists errors and warnings with their places and exits 78", async () => {
  using home = new Home("modle: {}\ndelegation:\n  max_queued: few\n");
  assert.deepEqual(await home.config("check"), {
    code: 78,
    stdout: `error: ${home.path}:3:3: delegation.max_queued: expected an integer ≥ 0, got "few"\n` +
      `warning: ${home.path}:1:1: modle: unknown key\n`,
    stderr: `hermes: Cannot use "${home.path}": 1 error\n`,
  });
});

Deno.test("config check says that there is no file, and with warnings only exits 0", async () => {
  using home = new Home();
  assert.deepEqual(await home.config("check"), ok(`${home.path}: does not exist, the defaults hold\n`));
  using warned = new Home("modle: {}\n");
  assert.equal((await warned.config("check")).code, 0);
});

Deno.test("an unknown key makes one line on stderr", async () => {
  using home = new Home("modle: {}\nprovders: {}\n");
  const { code, stdout, stderr } = await home.config("get", "delegation.max_queued");
  assert.deepEqual([code, stdout], [0, "200\n"]);
  assert.match(stderr, /^hermes: warning: .+modle: unknown key.+and 1 more.+\n$/);
});
