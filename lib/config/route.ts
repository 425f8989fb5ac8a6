import type { ModelRef } from "../protocol/model_ref.ts";
import { ToolFailure } from "../support/errors.ts";
import { modelSettings, splitModel } from "./models.ts";
import type { Config } from "./schema.ts";

/** What decides over the model of a task. */
export interface RoutedTask {
  readonly toolsets: readonly string[];
  readonly goal: string;
  /** 1 for a child of the chat. */
  readonly depth: number;
  readonly tier?: string | undefined;
  readonly model?: string | undefined;
  readonly provider?: string;
}

/** The model of a task, and the rule that chose it. */
export interface Routing {
  readonly model: ModelRef;
  readonly tier: string | null;
  readonly rule: string;
}

type Tier = Config["delegation"]["tiers"][string];
type When = Config["delegation"]["routes"][number]["when"];

/**
 * Chooses by the first that applies: named model, named tier, first matching route, default tier,
 * `delegation.model` or `.provider`, the parent's. Effort is never inherited from the parent.
 * An agent may name only allowed models; throws {@linkcode ToolFailure} `unknown_model` with the values that would do.
 */
export function routeTask(config: Config, task: RoutedTask, parent: ModelRef, by: "agent" | "user"): Routing {
  const { delegation } = config;
  const inherited = () => routing(config, parent, delegation.reasoning_effort, null, "parent's model");
  if (task.model !== undefined || task.provider !== undefined) return namedModel(config, task, parent, by);
  if (task.tier !== undefined) return byTier(config, task.tier, parent, "named");
  if (isOfflineByFlag(config, parent)) return inherited();
  const index = delegation.routes.findIndex(({ when }) => matches(when, task));
  const route = delegation.routes[index];
  if (route !== undefined) {
    return byTier(config, route.tier, parent, `route ${index + 1}${conditions(route.when)}`);
  }
  if (delegation.default_tier !== null) {
    return byTier(config, delegation.default_tier, parent, "default_tier");
  }
  if (delegation.model !== null || delegation.provider !== null) return byDelegation(config, parent);
  return inherited();
}

function namedModel(config: Config, task: RoutedTask, parent: ModelRef, by: "agent" | "user"): Routing {
  const name = task.model ?? parent.model;
  const { allowed_models, reasoning_effort } = config.delegation;
  const choice = task.provider === undefined
    ? splitModel(config, name, parent.provider)
    : { provider: task.provider, model: name };
  const spellings = [task.provider === undefined ? name : null, `${choice.provider}/${choice.model}`];
  if (by === "agent" && !allowed_models.some((allowed) => spellings.includes(allowed))) {
    const state = allowed_models.length === 0
      ? "no model may be named"
      : `allowed: ${allowed_models.join(", ")}`;
    throw new ToolFailure("unknown_model", `Cannot use model "${name}": ${state}`, {
      hint: tierHint(config),
    });
  }
  return routing(config, choice, reasoning_effort, null, "model: named");
}

function byTier(config: Config, name: string, parent: ModelRef, why: string): Routing {
  const { tiers, reasoning_effort } = config.delegation;
  const tier: Tier | undefined = Object.hasOwn(tiers, name) ? tiers[name] : undefined;
  if (tier === undefined) {
    const known = Object.keys(tiers);
    const state = known.length === 0 ? "no tiers are configured" : `expected one of ${known.join(", ")}`;
    throw new ToolFailure("unknown_model", `Cannot use tier "${name}": ${state}`);
  }
  const choice = tier.provider === null
    ? splitModel(config, tier.model, parent.provider)
    : { provider: tier.provider, model: tier.model };
  return routing(config, choice, tier.reasoning_effort ?? reasoning_effort, name, `tier ${name}: ${why}`);
}

function byDelegation(config: Config, parent: ModelRef): Routing {
  const { model, provider, reasoning_effort } = config.delegation;
  const name = model ?? parent.model;
  const choice = provider === null ? splitModel(config, name, parent.provider) : { provider, model: name };
  const rule = model === null ? "delegation.provider" : "delegation.model";
  return routing(config, choice, reasoning_effort, null, rule);
}

function routing(
  config: Config,
  choice: Pick<ModelRef, "provider" | "model">,
  effort: string | null,
  tier: string | null,
  rule: string,
): Routing {
  if (!Object.hasOwn(config.providers, choice.provider)) {
    const known = Object.keys(config.providers).join(", ");
    throw new ToolFailure(
      "unknown_model",
      `Cannot use model "${choice.model}" (${rule}): provider "${choice.provider}" is unknown, expected one of ${known}`,
    );
  }
  const reasoningEffort = effort ?? modelSettings(config, choice).reasoning_effort;
  const { provider, model } = choice;
  return { model: { provider, model, reasoningEffort }, tier, rule };
}

/** Who asked for the offline model once does not want the tasks of that run to reach a real one by some standing rule. */
function isOfflineByFlag(config: Config, parent: ModelRef): boolean {
  return parent.provider === "offline" && config.model.provider !== "offline";
}

function matches(when: When, task: RoutedTask): boolean {
  const { toolsets, goal, depth } = when;
  if (toolsets !== null && !isSubset(task.toolsets, toolsets)) return false;
  if (goal !== null && !new RegExp(goal).test(task.goal)) return false;
  return depth === null || depth === task.depth;
}

function isSubset(some: readonly string[], all: readonly string[]): boolean {
  return some.length > 0 && some.every((each) => all.includes(each));
}

function conditions({ toolsets, goal, depth }: When): string {
  const named = [
    toolsets === null ? [] : `toolsets ${toolsets.join(", ")}`,
    goal === null ? [] : `goal /${goal}/`,
    depth === null ? [] : `depth ${depth}`,
  ].flat();
  return named.length === 0 ? "" : ` (${named.join("; ")})`;
}

function tierHint(config: Config): string {
  const names = Object.keys(config.delegation.tiers);
  return names.length === 0 ? "Leave model out" : `Leave model out, or name a tier: ${names.join(", ")}`;
}
