import process from "node:process";
import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { resolveModel } from "../../lib/config/models.ts";
import { loadConfig, warningLine } from "../../lib/config/load.ts";
import { loaded, refusal, tempHome } from "./temp_home.ts";

function complaint(text: string): string {
  using temp = tempHome({ "config.yaml": text });
  const [message, exitCode] = refusal(() => loadConfig(temp.home, {}), temp.home);
  assert.equal(exitCode, 78);
  return message;
}

function warnings(text: string): string[] {
  using temp = tempHome({ "config.yaml": text });
  return loadConfig(temp.home, {}).warnings.map((warning) => warning.replaceAll(temp.home, "HOME"));
}

Deno.test("loadConfig() has the contract's defaults where there is no file", () => {
  using temp = tempHome();
  const { config, exists, path, warnings } = loadConfig(temp.home, {});
  assert.deepEqual({ exists, path, warnings }, {
    exists: false,
    path: join(temp.home, "config.yaml"),
    warnings: [],
  });
  const { providers, ...rest } = config;
  assert.deepEqual(rest, {
    model: { provider: "openai", default: "gpt-5.1" },
    models: {},
    fallback_providers: [],
    credential_pool_strategies: {},
    delegation: {
      enabled: true,
      max_concurrent_children: 10,
      max_queued: 200,
      max_spawn_depth: 1,
      max_iterations: 50,
      child_timeout_seconds: 0,
      stall_seconds: 450,
      default_toolsets: ["web", "terminal", "file"],
      max_summary_chars: 24000,
      notice_chars: 2000,
      wake_parent: true,
      model: null,
      provider: null,
      reasoning_effort: null,
      tiers: {},
      default_tier: null,
      routes: [],
      allowed_models: [],
    },
    budget: {
      session: { usd: 10, tokens: 50000000, requests: 5000 },
      task: { usd: 3, tokens: 5000000, requests: 300 },
      day: { usd: 50 },
    },
    sessions: { retention_days: null },
    approvals: { mode: "dangerous", timeout: 300, children: "ask", allow: [] },
    terminal: { timeout: 180, max_timeout: 600, output_chars: 50000, sandbox: "auto" },
    web: { allow_private_urls: false, search: { provider: null, url: null } },
    mcp_servers: {},
  });
  assert.deepEqual(providers.openai, {
    base_url: "https://api.openai.com/v1",
    key_env: "OPENAI_API_KEY",
    api_key: null,
    api: "auto",
    output_limit_field: "max_completion_tokens",
    assistant_after_tools: false,
    headers: {},
    limits: { requests_per_minute: null, tokens_per_minute: null, concurrency: null },
  });
  assert.equal(providers.local?.base_url, "http://127.0.0.1:11434/v1");
});

Deno.test("loadConfig() merges providers by name and replaces lists", () => {
  const { config } = loaded(`
providers:
  mine: {base_url: "http://127.0.0.1:9/v1"}
  openai: {base_url: "http://127.0.0.1:8/v1"}
delegation: {default_toolsets: [file]}
`);
  assert.deepEqual(Object.keys(config.providers).slice(0, 4), ["mine", "openai", "openrouter", "anthropic"]);
  assert.deepEqual(
    [config.providers.openai?.base_url, config.providers.openai?.key_env],
    ["http://127.0.0.1:8/v1", "OPENAI_API_KEY"],
  );
  assert.equal(config.providers.mine?.key_env, "none");
  assert.deepEqual(config.delegation.default_toolsets, ["file"]);
});

Deno.test("loadConfig() takes a variable for a number or a flag where one is needed", () => {
  const { config } = loaded(
    'delegation: {max_queued: "${N}", wake_parent: "${FLAG}"}\nmodel: {default: "${N}"}\n',
    { N: "7", FLAG: "false" },
  );
  assert.deepEqual([config.delegation.max_queued, config.delegation.wake_parent], [7, false]);
  assert.equal(config.model.default, "7", "a text stays one");
});

Deno.test("loadConfig() warns of a variable without a value, and refuses only what needs it", () => {
  const text = `
providers:
  mine: {base_url: "http://127.0.0.1:9/v1", api_key: "\${NOWHERE}"}
  other: {base_url: "\${NOWHERE}"}
  good: {base_url: "http://127.0.0.1:8/v1"}
mcp_servers:
  x: {command: y, env: {TOKEN: "\${NOWHERE}"}}
`;
  using temp = tempHome({ "config.yaml": text });
  const config = loadConfig(temp.home, {});
  assert.deepEqual(config.warnings.map((warning) => warning.replace(temp.home, "HOME")), [
    "HOME/config.yaml:3:45: providers.mine.api_key: ${NOWHERE} is not set",
    "HOME/config.yaml:4:11: providers.other.base_url: ${NOWHERE} is not set",
    "HOME/config.yaml:7:25: mcp_servers.x.env.TOKEN: ${NOWHERE} is not set",
  ]);
  assert.deepEqual(refusal(() => resolveModel(config, { provider: "mine" }), temp.home), [
    'Cannot use provider "mine": HOME/config.yaml:3:45: providers.mine.api_key: ${NOWHERE} is not set',
    78,
  ]);
  assert.equal(resolveModel(config, { provider: "good", model: "m" }).provider, "good");
});

const NONSENSE: readonly [string, string, string][] = [
  [
    "a wrong type",
    "delegation:\n  max_queued: many\n",
    'HOME/config.yaml:2:3: delegation.max_queued: expected an integer ≥ 0, got "many"',
  ],
  [
    "a wrong word",
    "approvals: {mode: sometimes}",
    'HOME/config.yaml:1:13: approvals.mode: expected one of dangerous, all, off, got "sometimes"',
  ],
  [
    "an item of a list",
    "delegation:\n  allowed_models:\n    - a\n    - 3\n",
    "HOME/config.yaml:4:7: delegation.allowed_models[1]: expected a string, got 3",
  ],
  [
    "a section that is no map",
    "delegation: 3",
    "HOME/config.yaml:1:1: delegation: expected an object, got 3",
  ],
  [
    "an entry that lacks a key",
    "delegation:\n  tiers:\n    cheap: {}\n",
    "HOME/config.yaml:3:5: delegation.tiers.cheap.model: missing, expected a string",
  ],
  [
    "a pattern that does not compile",
    'delegation:\n  tiers: {t: {model: m}}\n  routes:\n    - when: {goal: "("}\n      tier: t\n',
    "HOME/config.yaml:4:14: delegation.routes[0].when.goal: expected a regular expression that compiles",
  ],
  [
    "a condition that does not exist",
    "delegation:\n  tiers: {t: {model: m}}\n  routes:\n    - when: {gaol: x}\n      tier: t\n",
    'HOME/config.yaml:4:14: delegation.routes[0].when.gaol: unknown key "gaol"',
  ],
  [
    "a tier that does not exist",
    "delegation:\n  tiers: {t: {model: m}}\n  routes: [{tier: u}]\n",
    'HOME/config.yaml:3:13: delegation.routes[0].tier: unknown tier "u", expected one of t',
  ],
  [
    "an unset variable where a value is needed",
    "delegation:\n  max_queued: ${NOWHERE}\n",
    "HOME/config.yaml:2:3: delegation.max_queued: ${NOWHERE} is not set",
  ],
  [
    "a duplicate key",
    "model:\n  default: a\n  default: b\n",
    "HOME/config.yaml:3:3: Map keys must be unique",
  ],
  ["a tab", "model:\n\tdefault: a\n", "HOME/config.yaml:2:1: Tabs are not allowed as indentation"],
  [
    "broken YAML",
    "model: [a\ndelegation: {}\n",
    "HOME/config.yaml:2:1: Flow sequence in block collection must be sufficiently indented and end with a ]",
  ],
  [
    "an anchor that does not exist",
    "model: *nothing\n",
    "HOME/config.yaml: Unresolved alias (the anchor must be set before the alias): nothing",
  ],
  ["a text", "just words", "HOME/config.yaml:1:1: expected settings, one key: value a line"],
  ["a list", "- a", "HOME/config.yaml:1:1: expected settings, one key: value a line"],
  [
    "an MCP server without an address",
    "mcp_servers:\n  x: {args: [a]}\n",
    "HOME/config.yaml:2:3: mcp_servers.x: expected a command or a url",
  ],
];

for (const [claim, text, expected] of NONSENSE) {
  Deno.test(`loadConfig() refuses ${claim}, with file, line and key`, () =>
    assert.equal(complaint(text), expected));
}

Deno.test("loadConfig() survives aliases that would explode", () => {
  const bomb = Array.from(
    { length: 12 },
    (_, i) => `k${i}: &k${i} [${i === 0 ? "x" : `*k${i - 1}, `.repeat(9)}]`,
  );
  assert.match(complaint(bomb.join("\n")), /^HOME\/config.yaml: Excessive alias count/);
});

Deno.test("loadConfig() understands anchors and merge keys", () => {
  const { config } = loaded(`
delegation:
  tiers:
    a: &base {model: m, provider: openai}
    b: {<<: *base, model: n}
`);
  assert.deepEqual(config.delegation.tiers.b, { model: "n", provider: "openai", reasoning_effort: null });
});

Deno.test("loadConfig() takes an empty value as the default and a null of its own as null", () => {
  const { config, warnings } = loaded(`
model: {default: ""}
providers:
delegation:
  max_queued:
budget: {session: {usd: null}}
`);
  assert.deepEqual(
    [config.model.default, config.delegation.max_queued, config.budget.session, warnings],
    ["gpt-5.1", 200, { usd: null, tokens: 50000000, requests: 5000 }, []],
  );
});

Deno.test("loadConfig() warns of unknown keys and names the one that was meant", () => {
  assert.deepEqual(warnings("delegation:\n  max_quued: 3\nwhatever: 1\nproviders: {openai: {key: x}}\n"), [
    'HOME/config.yaml:2:3: delegation.max_quued: unknown key, did you mean "max_queued"?',
    "HOME/config.yaml:3:1: whatever: unknown key",
    "HOME/config.yaml:4:22: providers.openai.key: unknown key",
  ]);
});

Deno.test("loadConfig() treats a key of the prototype as any unknown key", () => {
  assert.deepEqual(warnings("__proto__: {a: 1}\nconstructor: 2\n"), [
    "HOME/config.yaml:1:1: __proto__: unknown key",
    "HOME/config.yaml:2:1: constructor: unknown key",
  ]);
});

Deno.test("warningLine() is one line for all warnings", () => {
  assert.equal(warningLine([]), null);
  assert.equal(warningLine(["a"]), "a");
  assert.equal(warningLine(["a", "b", "c"]), "a (and 2 more, listed by: hermes config check)");
});

Deno.test("loadConfig() takes variables from the environment before .env, and leaves $${NAME} alone", () => {
  using temp = tempHome({
    "config.yaml":
      "providers:\n  a: {base_url: 'http://${HOST}:${PORT}/v1', headers: {X: '$${PORT} $PORT'}}\n",
    ".env": "HOST=from-file\nPORT=80\n# a comment\nexport QUOTED='a b'\n",
  });
  const { config, secrets } = loadConfig(temp.home, { HOST: "from-env", PORT: "" });
  assert.equal(config.providers.a?.base_url, "http://from-env:80/v1");
  assert.deepEqual(config.providers.a?.headers, { X: "${PORT} $PORT" });
  assert.equal(secrets.get("QUOTED"), "a b");
  assert.equal(secrets.get("toString"), undefined);
});

/** What is known of a home with these files in this environment, as `NAME=VALUE`. */
function known(files: Record<string, string>, env: Record<string, string> = {}): string[] {
  using temp = tempHome(files);
  return loadConfig(temp.home, env).secrets.known.map(({ name, value }) => `${name}=${value}`);
}

Deno.test("loadConfig() knows the secrets of the environment by their names, and the passwords in its URLs", () => {
  const secrets = {
    GITHUB_TOKEN: "ghp_abcdefgh",
    PGPASSWORD: "pg-pass-1",
    MYSQL_PWD: "my-pass-1",
    NPM_AUTH: "npm-auth-1",
    STRIPE_SECRET: "stripe-1",
    SOME_API_KEY: "some-key-1",
    OPENAI_APIKEY: "openai-key-1",
    DB_PASS: "db-pass-1",
    SHORT_TOKEN: "1234",
    REGISTRY_AUTH: "me:registry-pass-1",
  };
  const others = {
    HOME: "/home/annabel",
    PWD: "/home/annabel/work",
    OLDPWD: "/home/annabel/other",
    DEPLOY_KEY_PATH: "/home/annabel/.ssh/deploy",
    DB_PASSWORD_FILE: "/run/secrets/db",
    SSH_AUTH_SOCK: "/tmp/ssh-1/agent.1",
    GIT_AUTHOR_NAME: "Ann Author",
    MAX_TOKENS: "409600000",
    AUTH_MODE: "something-1",
    KEYBOARD: "something-2",
    API_URL: "http://host:8080/a?b=c-d-e-f-1",
  };
  const urls = {
    DATABASE_URL: "postgres://me:p%40ss-w1@db/x",
    INDEX_URL: "https://h/?api_key=query-key-1&a=b",
  };
  assert.deepEqual(known({}, { ...secrets, ...others, ...urls }), [
    ...Object.entries(secrets).map(([name, value]) => `${name}=${value}`),
    "REGISTRY_AUTH=registry-pass-1",
    "DATABASE_URL=p%40ss-w1",
    "DATABASE_URL=p@ss-w1",
    "INDEX_URL=query-key-1",
  ]);
});

Deno.test("loadConfig() takes every value of .env for a secret that is no place, address, word or setting", () => {
  const settings =
    "REGION=eu-central-1\nMY_MODEL=gpt-5.1-codex-2\nA=/a/b/c/d/e\nB=http://h/a-1\nC=postgres\nD=true\n";
  assert.deepEqual(
    known({ ".env": `${settings}PLAIN=plain-value-12\nOTHER="an other one 1"\nMY_TOKEN=postgres\n` }),
    [
      "PLAIN=plain-value-12",
      "OTHER=an other one 1",
      "MY_TOKEN=postgres",
    ],
  );
});

Deno.test("loadConfig() knows the secrets that config.yaml holds, wherever they stand", () => {
  const config = `
providers:
  a:
    base_url: "https://user:url-pass-1@a/v1?api_key=query-key-1&version=2024-01-01"
    api_key: inline-key-1
    key_env: MY_LOGIN
    headers:
      Authorization: Bearer header-token-1
      X-Api-Key: header-key-1
      X-Odd: 0123456789abcdef-random
      X-Other: Bearer odd-header-token-1
      Cookie: theme=dark; sid=cookie-session-1
      X-Title: an app
      anthropic-version: "2023-06-01"
      HTTP-Referer: https://example.com/
mcp_servers:
  m: {command: run, args: [--token, arg-token-1, --api-key=arg-key-1, --model, model-name-1], env: {A_TOKEN: mcp-token-1, B: "\${PLAIN}"}}
  n: {url: "https://mcp/?token=mcp-query-1", headers: {Authorization: "Basic bWU6YmFzaWMtcGFzcy0x"}}
`;
  const env = { MY_LOGIN: "login-value-1", PLAIN: "plain-value-1" };
  assert.deepEqual(known({ "config.yaml": config }, env).sort(), [
    "A_TOKEN=mcp-token-1",
    "Authorization=bWU6YmFzaWMtcGFzcy0x",
    "Authorization=basic-pass-1",
    "Authorization=header-token-1",
    "Authorization=me:basic-pass-1",
    "Cookie=cookie-session-1",
    "Cookie=theme=dark; sid=cookie-session-1",
    "MY_LOGIN=login-value-1",
    "PLAIN=plain-value-1",
    "X-Api-Key=header-key-1",
    "X-Odd=0123456789abcdef-random",
    "X-Other=odd-header-token-1",
    "api-key=arg-key-1",
    "api_key=inline-key-1",
    "password=mcp-query-1",
    "password=query-key-1",
    "password=url-pass-1",
    "token=arg-token-1",
  ]);
});

Deno.test("loadConfig() says why a file cannot be read", () => {
  using temp = tempHome({ "config.yaml/inside": "" });
  assert.deepEqual(refusal(() => loadConfig(temp.home, {}), temp.home), [
    'Cannot read "HOME/config.yaml": it is a directory',
    78,
  ]);
});

Deno.test({
  name: "loadConfig() says that a file may not be read",
  ignore: process.getuid?.() === 0 || process.platform === "win32",
  fn() {
    using temp = tempHome({ ".env": "A=b" });
    chmodSync(join(temp.home, ".env"), 0);
    assert.deepEqual(refusal(() => loadConfig(temp.home, {}), temp.home), [
      'Cannot read "HOME/.env": permission denied',
      78,
    ]);
  },
});
