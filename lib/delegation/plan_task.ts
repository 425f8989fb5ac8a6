import { routeTask } from "../config/route.ts";
import { unpricedOf } from "../config/unpriced.ts";
import type { ModelRef } from "../protocol/model_ref.ts";
import { ToolFailure } from "../support/errors.ts";
import type { TaskRequest } from "../tools/delegation/task_arguments.ts";
import type { Toolset } from "../tools/tool.ts";
import { parseToolsets } from "../tools/toolsets.ts";
import { canDelegate, DELEGATION } from "./brief.ts";
import type { Caller, Ground } from "./ground.ts";
import type { Supervisor } from "./supervisor.ts";
import type { TaskRecord } from "./task_record.ts";
import type { TaskLimits, TaskSpec } from "./task_spec.ts";
import { NAMED_IDS, unknownTask } from "./task_table.ts";

/**
 * Decides all about tasks that are asked for together: all are taken or none. Throws {@linkcode ToolFailure} for what
 * cannot be honoured.
 */
export function planTasks(
  { ground, table, slots }: Pick<Supervisor, "ground" | "table" | "slots">,
  requests: readonly TaskRequest[],
  caller: Caller,
): readonly TaskSpec[] {
  const owner = caller.ownerId === null ? null : table.get(caller.ownerId) ?? null;
  if (owner !== null) refuseStopping(owner);
  for (const taskId of requests.flatMap((request) => request.after ?? [])) {
    if (table.isSeen(taskId, caller.ownerId)) continue;
    const own = table.seenBy(caller.ownerId).map(({ id }) => id);
    throw unknownTask(taskId, caller.by === "user" ? ground.keeper.lastIds(NAMED_IDS) : own);
  }
  const specs = requests.map((request) => planTask(ground, request, caller, owner));
  const { max_queued } = ground.config.delegation;
  const held = specs.filter(({ after }) => after.some((id) => table.get(id)?.state.status !== "completed"));
  const fit = Math.min(slots.room(max_queued), specs.length - held.length + slots.places(max_queued));
  refuseOverflow(fit, specs.length);
  return specs;
}

function refuseOverflow(room: number, asked: number): void {
  if (asked <= room) return;
  const fit = room === 0 ? "no more tasks fit" : `${room} more ${room === 1 ? "task fits" : "tasks fit"}`;
  throw new ToolFailure("queue_full", `Cannot queue ${asked} ${asked === 1 ? "task" : "tasks"}: ${fit}`, {
    hint: "Collect or cancel tasks first; nothing of this call was started",
  });
}

/**
 * Decides all about a task that was asked for: model, toolsets, limits, depth. `owner` is the record of the asking
 * agent, null for the session's own. Throws {@linkcode ToolFailure} for what cannot be honoured; nothing is replaced.
 */
export function planTask(
  ground: Ground,
  request: TaskRequest,
  caller: Caller,
  owner: TaskRecord | null,
): TaskSpec {
  const depth = (owner?.spec.depth ?? 0) + 1;
  refuseDepth(ground, depth);
  const from = owner?.spec ?? caller.place ?? ground;
  const toolsets = grantedToolsets(ground, request, grantable(ground, depth, from));
  const parentModel = from.model;
  const wish = { toolsets, goal: request.goal, depth, ...pick(request, "tier", "model") };
  const routing = routeTask(ground.config, wish, parentModel, caller.by);
  const needsPrice = request.budget_usd !== undefined || ground.needsPrice ||
    (owner?.spec ?? caller.place?.command)?.needsPrice === true;
  if (needsPrice) refuseUnpriced(ground, request, routing.model, caller);
  return {
    taskId: ground.newTaskId(),
    sessionId: owner?.spec.sessionId ?? ground.sessionId,
    name: request.name ?? null,
    goal: request.goal,
    context: request.context ?? null,
    ownerId: caller.ownerId,
    depth,
    ...routing,
    toolsets,
    limits: limitsOf(ground, request),
    command: owner?.spec.command ?? caller.place?.command ?? null,
    after: [...new Set(request.after ?? [])],
    outputSchema: request.output_schema ?? null,
    cwd: from.cwd,
    ...(needsPrice ? { needsPrice } : {}),
    ...((owner?.spec ?? caller.place ?? ground).isYolo === true ? { isYolo: true } : {}),
  };
}

/** A budget in US dollars that was asked for is kept to, whichever model answers. */
function refuseUnpriced(
  ground: Ground,
  request: TaskRequest,
  model: ModelRef,
  { by, ownerId }: Caller,
): void {
  const { fallbacks } = ground.waysOf(model, ownerId);
  const unpriced = unpricedOf([model, ...fallbacks], (each) => ground.factsOf(each, ownerId));
  if (unpriced === null) return;
  const { message, hint } = unpriced;
  if (by === "user") throw new ToolFailure("configuration", message, { hint });
  const isArgument = request.budget_usd !== undefined;
  throw new ToolFailure(isArgument ? "invalid_arguments" : "denied", message, {
    hint: isArgument
      ? "Leave budget_usd out and give token_budget, or choose another tier"
      : `${hint}; or choose another tier`,
  });
}

/** What is being stopped stops its children first: none may come after that. */
function refuseStopping({ id, state }: TaskRecord): void {
  if (state.status === "running" || state.status === "needs_input") return;
  throw new ToolFailure("not_running", `Cannot delegate: task ${id} is ${state.status}`);
}

function refuseDepth(ground: Ground, depth: number): void {
  const most = ground.config.delegation.max_spawn_depth;
  if (depth <= most) return;
  throw new ToolFailure(
    "depth_limit",
    `Cannot delegate: this agent is at depth ${depth - 1}, the limit is ${most}`,
    {
      hint: "Do the work yourself, or raise delegation.max_spawn_depth in config.yaml",
    },
  );
}

/** What the asking agent has for its work, and delegation where a task at this depth may have tasks of its own. */
function grantable(
  ground: Ground,
  depth: number,
  { toolsets }: Pick<Ground, "toolsets">,
): readonly Toolset[] {
  const work = toolsets.filter((toolset) => !DELEGATION.includes(toolset));
  return canDelegate(ground, depth) ? [...work, ...DELEGATION] : work;
}

/** A toolset that is named must be among the grantable ones; the default list is cut to those. */
function grantedToolsets(ground: Ground, request: TaskRequest, can: readonly Toolset[]): Toolset[] {
  if (request.toolsets === undefined) {
    return parseToolsets(ground.config.delegation.default_toolsets).flatMap((toolset) => cutTo(can, toolset));
  }
  const named = parseToolsets(request.toolsets);
  const lacking = named.filter((toolset) => !covers(can, toolset));
  if (lacking.length === 0) return named;
  const why = lacking.every((toolset) => DELEGATION.includes(toolset))
    ? "delegation.max_spawn_depth allows no level below"
    : "you do not have it yourself";
  throw new ToolFailure("denied", `Cannot grant ${lacking.join(", ")}: ${why}`, {
    hint: `You can grant: ${can.join(", ") || "nothing"}`,
  });
}

/** As much of a toolset as can be granted: of `file` perhaps its reading half. */
function cutTo(can: readonly Toolset[], toolset: Toolset): readonly Toolset[] {
  if (covers(can, toolset)) return [toolset];
  return toolset === "file" && can.includes("file_read") ? ["file_read"] : [];
}

function covers(can: readonly Toolset[], toolset: Toolset): boolean {
  return can.includes(toolset) || (toolset === "file_read" && can.includes("file"));
}

function limitsOf(ground: Ground, request: TaskRequest): TaskLimits {
  const { delegation, budget } = ground.config;
  return {
    maxTurns: request.max_turns ?? delegation.max_iterations,
    timeoutMs: 1000 * (request.timeout_s ?? delegation.child_timeout_seconds),
    tokenBudget: least(request.token_budget, budget.task.tokens),
    budgetUsd: least(request.budget_usd, budget.task.usd),
  };
}

/** The tighter of what was asked for and what config.yaml allows. */
function least(asked: number | undefined, allowed: number | null): number | null {
  if (asked === undefined || allowed === null) return asked ?? allowed;
  return Math.min(asked, allowed);
}

/** The named properties that are there; an absent one stays absent. */
function pick<Key extends "tier" | "model">(
  request: TaskRequest,
  ...keys: Key[]
): Partial<Record<Key, string>> {
  const picked: Partial<Record<Key, string>> = {};
  for (const key of keys) if (request[key] !== undefined) picked[key] = request[key];
  return picked;
}
