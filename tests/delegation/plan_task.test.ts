import assert from "node:assert/strict";
import { AGENT, Stage, USER } from "../support/test_ground.ts";
import type { TaskRequest } from "../../lib/tools/delegation/task_arguments.ts";

const TIERS = { tiers: { small: { model: "small-model" } }, allowed_models: ["named-model"] };

/** What a refused spawn says; nothing of it may have been taken. */
async function refusal(stage: Stage, ...requests: readonly TaskRequest[]): Promise<[string, string]> {
  const before = (await stage.call("list_tasks", { all: true })).tasks.length;
  try {
    stage.supervisor.spawn(requests, AGENT);
  } catch (error) {
    assert.equal((await stage.call("list_tasks", { all: true })).tasks.length, before, "all or none");
    const { code, message } = error as { code: string; message: string }; // asserted on by the test
    return [code, message];
  }
  throw new assert.AssertionError({ message: "nothing was refused" });
}

Deno.test("spawn() decides all about a task from its request, the config and its parent", async () => {
  await using stage = new Stage({ delegation: { ...TIERS, max_iterations: 9, child_timeout_seconds: 30 } });
  const [plain, named] = stage.supervisor.spawn([
    { goal: "one" },
    {
      goal: "two",
      name: "second",
      tier: "small",
      toolsets: ["file_read"],
      max_turns: 3,
      timeout_s: 0,
      token_budget: 7,
      budget_usd: 99,
    },
  ], AGENT);
  assert.deepEqual([plain?.spec.toolsets, plain?.spec.model.model, plain?.spec.rule, plain?.spec.depth], [
    ["terminal", "file"],
    "some-model",
    "parent's model",
    1,
  ]);
  assert.deepEqual(plain?.spec.limits, {
    maxTurns: 9,
    timeoutMs: 30_000,
    tokenBudget: 5_000_000,
    budgetUsd: 3,
  });
  assert.deepEqual([named?.spec.name, named?.spec.model.model, named?.spec.tier], [
    "second",
    "small-model",
    "small",
  ]);
  assert.deepEqual(named?.spec.toolsets, ["file_read"], "a part of what the parent has");
  assert.deepEqual(named?.spec.limits, { maxTurns: 3, timeoutMs: 0, tokenBudget: 7, budgetUsd: 3 });
});

Deno.test("spawn() refuses toolsets that are unknown or not the parent's", async () => {
  await using stage = new Stage();
  assert.deepEqual(await refusal(stage, { goal: "x", toolsets: ["file", "web"] }), [
    "denied",
    "Cannot grant web: you do not have it yourself",
  ]);
  assert.equal((await refusal(stage, { goal: "x", toolsets: ["telepathy"] }))[0], "unknown_toolset");
});

Deno.test("spawn() cuts the default toolsets to what the parent has, file to its reading half", async () => {
  await using stage = new Stage({}, { toolsets: ["file_read", "terminal"] });
  const [record] = stage.supervisor.spawn([{ goal: "x" }], AGENT);
  assert.deepEqual(record?.spec.toolsets, ["terminal", "file_read"]);
  assert.deepEqual((await refusal(stage, { goal: "x", toolsets: ["file"] }))[0], "denied");
});

Deno.test("spawn() grants the delegation tools where another level is allowed, and only there", async () => {
  await using stage = new Stage({ delegation: { max_spawn_depth: 2 } });
  const [record] = stage.supervisor.spawn([{ goal: "x", toolsets: ["file", "delegation"] }], AGENT);
  await stage.started();
  const names = stage.puppets.of("x").brief.tools.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length, "each tool once");
  assert.deepEqual([names.includes("delegate_task"), names.includes("delegate_task_async")], [true, true]);
  const below = stage.puppets.of("x").tool("delegate_task_async", { goal: "y", toolsets: ["delegation"] });
  await assert.rejects(below, (refused: { code: string }) => refused.code === "denied");
  await stage.puppets.of("x").tool("delegate_task_async", { goal: "y" });
  await stage.started();
  const leaf = stage.puppets.of("y").brief.tools.map(({ name }) => name);
  assert.deepEqual(leaf.filter((name) => name.includes("task") || name.includes("delegate")), []);
  assert.deepEqual(leaf.slice(-2), ["ask_parent", "finish"]);
  assert.ok(record);
});

Deno.test("spawn() refuses another level past max_spawn_depth", async () => {
  await using stage = new Stage();
  await stage.spawn("one");
  const below = stage.puppets.of("one").tool("delegate_task_async", { goal: "below" });
  await assert.rejects(below, (refused: { code: string }) => refused.code === "depth_limit");
});

Deno.test("spawn() replaces no model: an unknown tier or one that may not be named is refused", async () => {
  await using stage = new Stage({ delegation: TIERS });
  assert.deepEqual(await refusal(stage, { goal: "x", tier: "huge" }), [
    "unknown_model",
    'Cannot use tier "huge": expected one of small',
  ]);
  assert.equal((await refusal(stage, { goal: "x", model: "other-model" }))[0], "unknown_model");
  const [byAgent] = stage.supervisor.spawn([{ goal: "x", model: "named-model" }], AGENT);
  const [byPerson] = stage.supervisor.spawn([{ goal: "x", model: "other-model" }], USER);
  assert.deepEqual([byAgent?.spec.model.model, byPerson?.spec.model.model], ["named-model", "other-model"]);
});

Deno.test("spawn() refuses to follow a task that is not known, and names those that are", async () => {
  await using stage = new Stage();
  const [id = ""] = await stage.spawn("one");
  const [code, message] = await refusal(stage, { goal: "x", after: [id, "tzzzzz"] });
  assert.deepEqual([code, message.includes('"tzzzzz"')], ["unknown_task", true]);
  await assert.rejects(stage.call("check_task", { task_id: "tzzzzz" }), { hint: `Known: ${id}` });
});

Deno.test("an unknown id is told at most 20 known ones", async () => {
  await using stage = new Stage();
  const ids = await stage.spawn(...Array.from({ length: 25 }, (_, n) => `goal ${n}`));
  await assert.rejects(stage.call("check_task", { task_id: "nope" }), {
    hint: `Known: ${ids.slice(-20).join(", ")}`,
  });
});

Deno.test("both tools that spawn refuse what is no JSON Schema", async () => {
  await using stage = new Stage();
  const bad = { goal: "x", output_schema: { $ref: "#/nowhere" } };
  const refused = { code: "invalid_arguments", message: /nothing at #\/nowhere/ };
  await assert.rejects(stage.call("delegate_task_async", bad), refused);
  await assert.rejects(stage.call("delegate_task", { tasks: [{ goal: "y" }, bad] }), refused);
  assert.deepEqual(stage.supervisor.table.seenBy(null), []);
});

Deno.test("a batch is taken whole or refused whole, and told how many fit", async () => {
  await using stage = new Stage({ delegation: { max_concurrent_children: 2, max_queued: 2 } });
  const goals = (n: number): TaskRequest[] =>
    Array.from({ length: n }, (_, index) => ({ goal: `goal ${index}` }));
  assert.deepEqual(await refusal(stage, ...goals(5)), [
    "queue_full",
    "Cannot queue 5 tasks: 4 more tasks fit",
  ]);
  stage.supervisor.spawn(goals(3), AGENT);
  assert.deepEqual(await refusal(stage, ...goals(2)), [
    "queue_full",
    "Cannot queue 2 tasks: 1 more task fits",
  ]);
  stage.supervisor.spawn(goals(1), AGENT);
  assert.deepEqual(await refusal(stage, ...goals(1)), [
    "queue_full",
    "Cannot queue 1 task: no more tasks fit",
  ]);
  assert.equal((await refusal(stage, { goal: "good" }, { goal: "bad", toolsets: ["web"] }))[0], "denied");
});

Deno.test("tasks that must wait for others need places in the queue, however many slots are free", async () => {
  await using stage = new Stage({ delegation: { max_concurrent_children: 5, max_queued: 1 } });
  const [first = ""] = await stage.spawn("first");
  const behind = { goal: "behind", after: [first] };
  assert.deepEqual(await refusal(stage, behind, behind), [
    "queue_full",
    "Cannot queue 2 tasks: 1 more task fits",
  ]);
  stage.supervisor.spawn([behind, { goal: "beside" }], AGENT);
  assert.deepEqual(stage.supervisor.slots.view, { running: 2, limit: 5, queued: 1 });
});

const PRICED = { input: 1, cached: null, cache_write: null, output: 1, long: null };
const NO_PRICE = 'Cannot hold a budget in USD: no price is known for model "local/';

Deno.test("spawn() refuses a budget in USD for a model without a price, and takes every other one", async () => {
  const config = {
    providers: { local: { base_url: "http://127.0.0.1:1/v1" } },
    models: { "small-model": { price: PRICED } },
    delegation: TIERS,
  };
  await using stage = new Stage(config);
  const spawn = (request: Partial<TaskRequest>) => refusal(stage, { goal: "one", ...request });
  const unpriced = ["invalid_arguments", `${NO_PRICE}some-model"`];
  assert.deepEqual(await spawn({ budget_usd: 1 }), unpriced);
  assert.deepEqual(await spawn({ budget_usd: 1, model: "named-model" }), [
    "invalid_arguments",
    `${NO_PRICE}named-model"`,
  ]);
  const taken = stage.supervisor.spawn([
    { goal: "a tier with a price", budget_usd: 1, tier: "small" },
    { goal: "no budget in USD", token_budget: 1_000 },
  ], AGENT);
  assert.deepEqual(taken.map(({ spec }) => spec.needsPrice), [true, undefined]);
  assert.throws(() => stage.supervisor.spawn([{ goal: "a person's", budget_usd: 1 }], USER), {
    code: "configuration",
  });
});

Deno.test("spawn() keeps a session and what is below a task to models with a price, fallbacks too", async () => {
  const config = {
    providers: { local: { base_url: "http://127.0.0.1:1/v1" } },
    models: { "small-model": { price: PRICED }, "other-model": {} },
    delegation: { ...TIERS, max_spawn_depth: 2 },
  };
  await using stage = new Stage(config, { needsPrice: true });
  assert.deepEqual(await refusal(stage, { goal: "one" }), ["denied", `${NO_PRICE}some-model"`]);
  const [task] = stage.supervisor.spawn([{ goal: "one", tier: "small" }], AGENT);
  assert.equal(task?.spec.needsPrice, true);

  await using below = new Stage(config);
  const [owner] = below.supervisor.spawn([{ goal: "one", tier: "small", budget_usd: 1 }], AGENT);
  const child = { ...AGENT, ownerId: owner?.id ?? null };
  await below.started();
  assert.deepEqual(below.supervisor.spawn([{ goal: "as its owner" }], child)[0]?.spec.needsPrice, true);
  assert.throws(() => below.supervisor.spawn([{ goal: "two", model: "named-model" }], child), {
    code: "denied",
  });

  const fallbacks = [{ provider: "local", model: "other-model", reasoningEffort: null }];
  await using falling = new Stage(config, {
    waysOf: () => ({ fallbacks, dialects: {}, cacheKey: "s00001" }),
  });
  assert.deepEqual(await refusal(falling, { goal: "one", tier: "small", budget_usd: 1 }), [
    "invalid_arguments",
    `${NO_PRICE}other-model", to which local/small-model may fall back`,
  ]);
});
