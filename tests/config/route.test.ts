import assert from "node:assert/strict";
import fc from "fast-check";
import { type RoutedTask, routeTask } from "../../lib/config/route.ts";
import { ToolFailure } from "../../lib/support/errors.ts";
import { loaded } from "./temp_home.ts";

const PARENT = { provider: "openai", model: "big", reasoningEffort: "ultra" };
const TASK: RoutedTask = { toolsets: ["web"], goal: "summarise the page", depth: 1 };
const TIERS = `
  tiers:
    cheap: {model: small, provider: groq, reasoning_effort: low}
    plain: {model: local/tiny}
`;
const ROUTES = `
  routes:
    - {when: {toolsets: [web, file], goal: "^sum", depth: 1}, tier: cheap}
    - {when: {depth: 2}, tier: plain}
`;
const CHEAP = { provider: "groq", model: "small", reasoningEffort: "low" };
const TINY = { provider: "local", model: "tiny", reasoningEffort: null };

/** [claim, keys under delegation, changes to the task, what is chosen] */
const CASES: readonly [string, string, Partial<RoutedTask>, ReturnType<typeof routeTask>][] = [
  ["the parent's model, never its effort", " {}", {}, {
    model: { provider: "openai", model: "big", reasoningEffort: null },
    tier: null,
    rule: "parent's model",
  }],
  ["the first route that matches", TIERS + ROUTES, {}, {
    model: CHEAP,
    tier: "cheap",
    rule: "tier cheap: route 1 (toolsets web, file; goal /^sum/; depth 1)",
  }],
  ["a later route", TIERS + ROUTES, { depth: 2 }, {
    model: TINY,
    tier: "plain",
    rule: "tier plain: route 2 (depth 2)",
  }],
  ["a named tier before any route", TIERS + ROUTES, { tier: "plain" }, {
    model: TINY,
    tier: "plain",
    rule: "tier plain: named",
  }],
  ["a named model before a named tier", TIERS, { model: "other", tier: "cheap" }, {
    model: { provider: "openai", model: "other", reasoningEffort: null },
    tier: null,
    rule: "model: named",
  }],
  ["a named model with its provider", " {}", { model: "a/b", provider: "openrouter" }, {
    model: { provider: "openrouter", model: "a/b", reasoningEffort: null },
    tier: null,
    rule: "model: named",
  }],
  ["the default tier when no route matches", `${TIERS}${ROUTES}  default_tier: plain\n  model: m`, {
    goal: "count",
  }, {
    model: TINY,
    tier: "plain",
    rule: "tier plain: default_tier",
  }],
  ["delegation.model and its effort", "\n  model: m\n  reasoning_effort: medium\n", {}, {
    model: { provider: "openai", model: "m", reasoningEffort: "medium" },
    tier: null,
    rule: "delegation.model",
  }],
  ["delegation.provider with the parent's model", "\n  provider: openrouter\n", {}, {
    model: { provider: "openrouter", model: "big", reasoningEffort: null },
    tier: null,
    rule: "delegation.provider",
  }],
];

for (const [claim, delegation, changes, expected] of CASES) {
  Deno.test(`routeTask() chooses ${claim}`, () => {
    const { config } = loaded(`delegation:${delegation}`);
    assert.deepEqual(routeTask(config, { ...TASK, ...changes }, PARENT, "user"), expected);
  });
}

Deno.test("routeTask() matches toolsets exactly when the task's are a non-empty subset of the route's", () => {
  const { config } = loaded(`delegation:${TIERS}  routes: [{when: {toolsets: [web, file]}, tier: cheap}]`);
  const some = fc.uniqueArray(fc.constantFrom("web", "file", "terminal", "todo"));
  fc.assert(fc.property(some, (toolsets) => {
    const isSubset = toolsets.length > 0 && toolsets.every((each) => each === "web" || each === "file");
    const { tier } = routeTask(config, { ...TASK, toolsets }, PARENT, "agent");
    assert.equal(tier, isSubset ? "cheap" : null);
  }));
});

Deno.test("routeTask() keeps the tasks of an --offline run offline unless a person or agent names another model", () => {
  const { config } = loaded(`delegation:${TIERS}${ROUTES}  model: m`);
  const offline = { provider: "offline", model: "offline", reasoningEffort: null };
  assert.deepEqual(routeTask(config, TASK, offline, "user"), {
    model: offline,
    tier: null,
    rule: "parent's model",
  });
  assert.equal(routeTask(config, { ...TASK, tier: "cheap" }, offline, "user").model.provider, "groq");
});

/** [claim, keys under delegation, changes to the task, message] */
const REFUSALS: readonly [string, string, Partial<RoutedTask>, string][] = [
  ["an unknown tier", TIERS, { tier: "huge" }, 'Cannot use tier "huge": expected one of cheap, plain'],
  [
    "a tier where there are none",
    " {}",
    { tier: "toString" },
    'Cannot use tier "toString": no tiers are configured',
  ],
  ["any model of an agent by default", " {}", { model: "m" }, 'Cannot use model "m": no model may be named'],
  [
    "a model that is not allowed",
    " {allowed_models: [a, b]}",
    { model: "m" },
    'Cannot use model "m": allowed: a, b',
  ],
];

for (const [claim, delegation, changes, message] of REFUSALS) {
  Deno.test(`routeTask() refuses an agent ${claim}`, () => {
    const { config } = loaded(`delegation:${delegation}`);
    assert.throws(
      () => routeTask(config, { ...TASK, ...changes }, PARENT, "agent"),
      (error) => error instanceof ToolFailure && error.code === "unknown_model" && error.message === message,
    );
  });
}

Deno.test("routeTask() lets an agent name an allowed model, with or without its provider", () => {
  const { config } = loaded("delegation: {allowed_models: [small, groq/other]}");
  const named = (model: string) => routeTask(config, { ...TASK, model }, PARENT, "agent").model;
  assert.deepEqual(named("small"), { provider: "openai", model: "small", reasoningEffort: null });
  assert.deepEqual(named("groq/other"), { provider: "groq", model: "other", reasoningEffort: null });
  assert.throws(() => named("groq/small"), ToolFailure);
  assert.throws(() => named("other"), ToolFailure);
});

Deno.test("routeTask() refuses a tier of a provider that does not exist", () => {
  const { config } = loaded("delegation: {tiers: {t: {model: m, provider: nowhere}}}");
  assert.throws(
    () => routeTask(config, { ...TASK, tier: "t" }, PARENT, "user"),
    /^ToolFailure: Cannot use model "m" \(tier t: named\): provider "nowhere" is unknown, expected one of openai, /,
  );
});
