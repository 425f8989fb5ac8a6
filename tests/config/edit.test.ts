import assert from "node:assert/strict";
import fc from "fast-check";
import { getConfigValue, setConfigValue } from "../../lib/config/edit.ts";
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
