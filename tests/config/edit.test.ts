import assert from "node:assert/strict";
import fc from "fast-check";
import { getConfigValue, setConfigValue, unsetConfigValue } from "../../lib/config/edit.ts";
import { initConfig } from "../../lib/config/init.ts";
import { parseYaml } from "../../lib/config/yaml_file.ts";
import { loaded, refusal } from "./temp_home.ts";

const FILE = `# my settings
model:
  default: 'gpt-5.1'   # the big one
delegation: {max_queued: 5}  # few

# the end
`;

/** [claim, path, value, what becomes of the file] */
const EDITS: readonly [string, string, string, string][] = [
  [
    "replaces a scalar and nothing else",
    "model.default",
    "gpt-5-mini",
    FILE.replace("'gpt-5.1'", "gpt-5-mini"),
  ],
  ["replaces inside a flow map", "delegation.max_queued", "7", FILE.replace("5}", "7}")],
  ["adds a section at the end", "terminal.timeout", "1.5", `${FILE}terminal:\n  timeout: 1.5\n`],
  ["quotes a string that looks like a number", "model.default", "4", FILE.replace("'gpt-5.1'", '"4"')],
  [
    "takes text that is no YAML as a string",
    "model.default",
    "a: b: c",
    FILE.replace("'gpt-5.1'", '"a: b: c"'),
  ],
  ["takes null as null", "delegation.max_queued", "null", FILE.replace("5}", "null}")],
  ["takes lists", "delegation.allowed_models", "[a, b]", FILE.replace("5}", "5, allowed_models: [a, b]}")],
  ["leaves variables to the load", "model.default", "${MODEL}", FILE.replace("'gpt-5.1'", '"${MODEL}"')],
];

for (const [claim, path, value, expected] of EDITS) {
  Deno.test(`setConfigValue() ${claim}`, () => {
    const edited = setConfigValue(FILE, path, value);
    // Where the file is written anew, only spacing before comments may differ.
    const normal = (text: string) => text.replace(/ +#/g, " #");
    assert.equal(normal(edited), normal(expected));
  });
}

Deno.test("setConfigValue() starts a file and fills an empty section", () => {
  assert.equal(
    setConfigValue("", "web.search.provider", "searxng"),
    "web:\n  search:\n    provider: searxng\n",
  );
  assert.equal(setConfigValue("model:\n", "model.default", "m"), "model:\n  default: m\n");
  assert.equal(setConfigValue("# note", "model.default", "m"), "# note\nmodel:\n  default: m\n");
});

Deno.test("setConfigValue() writes null where null is a value of its own", () => {
  const text = "budget:\n  day:\n    usd: 5 # a day\n";
  assert.equal(setConfigValue(text, "budget.day.usd", "null"), text.replace("5", "null"));
});

Deno.test("setConfigValue() reaches names with dots and items of lists", () => {
  const once = setConfigValue("", 'models."gpt-5.1".context_window', "1000");
  assert.deepEqual(parseYaml(once).value, { models: { "gpt-5.1": { context_window: 1000 } } });
  const text = "delegation:\n  tiers: {a: {model: m}, b: {model: n}}\n  routes:\n    - tier: a # first\n";
  assert.equal(setConfigValue(text, "delegation.routes[0].tier", "b"), text.replace("tier: a", "tier: b"));
});

Deno.test("setConfigValue() keeps every comment, key and order of the example", () => {
  const numbers = [
    "delegation.max_queued",
    "delegation.max_iterations",
    "terminal.output_chars",
    "budget.day.usd",
  ];
  fc.assert(
    fc.property(fc.constantFrom(...numbers), fc.integer({ min: 1, max: 1e9 }), (path, value) => {
      const edited = setConfigValue(initConfig(), path, String(value));
      const changed = edited.split("\n").filter((line, index) => line !== initConfig().split("\n")[index]);
      assert(changed.length <= 1, changed.join("\n"));
      assert.equal(getConfigValue(loaded(edited).config, path), value);
    }),
    { numRuns: 30 },
  );
});

/** [path, value, the lines that are new in the example] */
const IN_EXAMPLE: readonly [string, string, readonly string[]][] = [
  ["providers.local.base_url", "http://127.0.0.1:1/v1", ["  local:", "    base_url: http://127.0.0.1:1/v1"]],
  ["models.m1.context_window", "1000", ["  m1:", "    context_window: 1000"]],
  ["delegation.tiers.cheap", "{model: m1}", ["    cheap:", "      model: m1"]],
  ["fallback_providers", "[{provider: openai}]", [
    "fallback_providers: [{provider: openai}]                    # Where to go on, in this order, when a provider stays down",
  ]],
  ["fallback_providers[0].provider", "openai", ["  - provider: openai"]],
  ["delegation.allowed_models", "[m1, m2]", [
    "  allowed_models: [m1, m2]                   # Models that an agent may name outright",
  ]],
  ["delegation.model", "m1", [
    "  model: m1                          # Model of children; null: the parent's",
  ]],
  ["approvals.allow", '["make *"]', [
    "  allow: [make *]                            # Commands that never ask; * is any text, at the end any arguments",
  ]],
  ["mcp_servers.docs.command", "npx", ["  docs:", "    command: npx"]],
  ["web.search.provider", "searxng", [
    "    provider: searxng                     # Search service; null: none, so web_search is left out",
  ]],
  ["credential_pool_strategies.openai", "random", ["  openai: random"]],
];

for (const [path, value, lines] of IN_EXAMPLE) {
  for (const newline of ["\n", "\r\n"]) {
    const name = newline === "\n" ? "LF" : "CRLF";
    Deno.test(`setConfigValue() and unsetConfigValue() keep each line of the example (${path}, ${name})`, () => {
      const example = initConfig().replaceAll("\n", newline);
      const edited = setConfigValue(example, path, value);
      const before = example.split(newline);
      assert.deepEqual(edited.split(newline).filter((line) => !before.includes(line)), lines);
      const comments = (text: string) => text.split(newline).map((line) => /#.*/.exec(line)?.[0] ?? "");
      const without = (text: string) => comments(text).filter((comment) => comment !== "");
      assert.deepEqual(without(edited), without(example), "comments");
      const entry = path.replace(/(?<=\[0\]|docs|m1)\..*/, ""); // an entry goes as a whole
      const back = unsetConfigValue(edited, entry) ?? "";
      assert.deepEqual(without(back), without(example), "comments after unset");
      assert.deepEqual(loaded(back).config, loaded(example).config);
    });
  }
}

Deno.test("unsetConfigValue() takes out one key and leaves all else, whatever the style", () => {
  const cases: readonly [string, string, string | null][] = [
    [
      "a: 1\nmodel: {provider: openai, default: m}  # x\n",
      "model.default",
      "a: 1\nmodel: {provider: openai}  # x\n",
    ],
    ["model: {provider: openai, default: m}", "model.provider", "model: {default: m}"],
    [
      "model:\n  # why\n  default: m\n  provider: openai\n",
      "model.default",
      "model:\n  # why\n  provider: openai\n",
    ],
    ["model:\n  default: m # mine\n\n# end\n", "model.default", "model:\n  default: # mine\n\n# end\n"],
    [
      "models:\n  a:\n    price:\n      input: 1 # in\n      output: 2\n  b: {}\n",
      "models.a",
      "models:\n  b: {}\n",
    ],
    [
      "delegation:\n  allowed_models:\n    - a # first\n    - b\n",
      "delegation.allowed_models[0]",
      "delegation:\n  allowed_models:\n    - b\n",
    ],
    [
      "delegation: {allowed_models: [a, b]}\n",
      "delegation.allowed_models[1]",
      "delegation: {allowed_models: [a]}\n",
    ],
    ["models:\n  a: # mine\n    context_window: 5\n", "models.a.context_window", "models:\n  a: {} # mine\n"],
    ["budget:\n  day:\n    usd: 7 # a cap\n", "budget.day.usd", "budget:\n  day:\n    #usd: 7 # a cap\n"],
    ["budget: {day: {usd: null}}\n", "budget.day.usd", "budget: {day: {}}\n"],
    ["model:\n  default: m\n", "model.provider", null],
    ["", "model.provider", null],
  ];
  for (const [text, path, expected] of cases) assert.equal(unsetConfigValue(text, path), expected, path);
});

Deno.test("unsetConfigValue() refuses what the rest cannot do without, and a key that does not exist", () => {
  const text =
    "models: {a: {price: {input: 1, output: 2}}}\ndelegation: {tiers: {t: {model: a}}, default_tier: t}\n";
  assert.deepEqual(refusal(() => unsetConfigValue(text, "models.a.price.input")), [
    'Cannot unset "models.a.price.input": models.a.price.input: missing, expected a number ≥ 0',
    2,
  ]);
  assert.deepEqual(refusal(() => unsetConfigValue(text, "delegation.tiers.t")), [
    'Cannot unset "delegation.tiers.t": delegation.default_tier: unknown tier "t", no tiers are defined',
    2,
  ]);
  assert.deepEqual(refusal(() => unsetConfigValue(text, "modle.default")), [
    'Cannot find "modle.default": config.yaml has no key "modle"',
    2,
  ]);
});

Deno.test("setConfigValue() refuses what would not load, and says why", () => {
  const cases: readonly [string, string, string, number][] = [
    ["delegation.max_queued", "many", 'expected an integer ≥ 0, got "many"', 2],
    ["approvals.mode", "loud", 'expected one of dangerous, all, off, got "loud"', 2],
    ["delegation.default_tier", "cheap", 'unknown tier "cheap", no tiers are defined', 2],
    [
      "providers.p",
      "{base_url: nowhere}",
      'providers.p.base_url: expected an http or https URL, got "nowhere"',
      2,
    ],
    [
      "providers.p",
      "{bose_url: 'http://p/v1'}",
      'providers.p.bose_url: unknown key, did you mean "base_url"?',
      2,
    ],
  ];
  for (const [path, value, why, exitCode] of cases) {
    assert.deepEqual(refusal(() => setConfigValue(FILE, path, value)), [
      `Cannot set "${path}": ${why}`,
      exitCode,
    ]);
  }
});

Deno.test("setConfigValue() refuses what leaves a file that does not load", () => {
  assert.deepEqual(refusal(() => setConfigValue("", "models.m1.price.input", "3")), [
    'Cannot set "models.m1.price.input": models.m1.price.output: missing, expected a number ≥ 0',
    2,
  ]);
  const both = setConfigValue("", "models.m1.price", "{input: 3, output: 9}");
  assert.match(setConfigValue(both, "models.m1.price.input", "4"), /input: 4/);
});

Deno.test("setConfigValue() can mend one of several mistakes", () => {
  const text = "delegation:\n  max_queued: many\n  max_iterations: few\n";
  assert.equal(setConfigValue(text, "delegation.max_queued", "3"), text.replace("many", "3"));
});

Deno.test("setConfigValue() leaves a broken file alone", () => {
  assert.deepEqual(refusal(() => setConfigValue("model: [", "model.default", "m")), [
    'Cannot set "model.default": config.yaml is broken: Flow sequence in block collection must be sufficiently indented and end with a ]',
    78,
  ]);
});

Deno.test("getConfigValue() reads the effective value", () => {
  const { config } = loaded("delegation: {tiers: {a: {model: m}}}");
  assert.equal(getConfigValue(config, "delegation.max_queued"), 200);
  assert.equal(getConfigValue(config, "delegation.tiers.a.model"), "m");
  assert.deepEqual(getConfigValue(config, "model"), { provider: "openai", default: "gpt-5.1" });
});

Deno.test("getConfigValue() refuses a path that is none, or leads nowhere", () => {
  const { config } = loaded("");
  const message = (path: string) => refusal(() => getConfigValue(config, path));
  assert.deepEqual(message("delegation.max_quued"), [
    'Cannot find "delegation.max_quued": config.yaml has no key "delegation.max_quued"',
    2,
  ]);
  assert.deepEqual(message("models.x.price"), ['Cannot find "models.x.price": it is not set', 2]);
  for (const path of ["", ".", "a..b", "a.", "a[", 'a"b', "[0"]) {
    assert.deepEqual(message(path), [`Cannot read the key "${path}": it is no path`, 2]);
  }
});

Deno.test("setConfigValue() says what is in the way of a key", () => {
  assert.throws(() => setConfigValue("model: gpt-5.1\n", "model.default", "other"), {
    message: 'Cannot set "model.default": "model" is no map in config.yaml',
    hint: "Set all of it at once: hermes config set model '{KEY: VALUE}'",
    exitCode: 2,
  });
});
