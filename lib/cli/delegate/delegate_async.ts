import { loadKnownModels } from "../../config/known_models.ts";
import type { LoadedConfig } from "../../config/load.ts";
import { holdsUsd, modelFacts } from "../../config/model_facts.ts";
import { resolveModel } from "../../config/models.ts";
import { routeTask } from "../../config/route.ts";
import type { ModelRef } from "../../protocol/model_ref.ts";
import type { SpawnReply } from "../../protocol/task_view.ts";
import type { TaskPlace } from "../../session/control/methods.ts";
import { UserError } from "../../support/errors.ts";
import type { TaskRequest } from "../../tools/delegation/task_arguments.ts";
import { EXIT } from "../exit_codes.ts";
import type { Io } from "../io.ts";
import { onDetachedHost } from "../lifecycle/detached_host.ts";
import { handedEnvironment } from "../lifecycle/handed_environment.ts";
import type { Reach } from "../lifecycle/reach.ts";
import { withReach } from "../lifecycle/with_reach.ts";
import { loadRunConfig } from "../load_config.ts";
import { ALL_TOOLSETS, tellOffline, wishOf } from "../open_run.ts";
import { jsonLine } from "../render/json.ts";
import { priceUnknownText } from "../render/progress_line.ts";
import { pinModel } from "./requests.ts";
import type { DelegateOptions } from "./run_delegate.ts";

/**
 * Hands the requests to the detached host and prints the id of each as soon as it is taken in; returns the exit code.
 * All of them draw on one budget, that of a session.
 */
export async function delegateAsync(
  io: Io,
  requests: readonly TaskRequest[],
  options: DelegateOptions,
): Promise<number> {
  refuseWaiting(options);
  const quiet = options.quiet === true;
  const model = resolveModel(loadRunConfig(io, { quiet }), wishOf(options));
  if (model.provider === "offline" && !quiet) tellOffline(io);
  return await withReach(io, async (reach) => {
    await reach.assertKnown(options.after ?? []);
    const place = placeOf(io, reach, model, options);
    const tasks: SpawnReply[] = [];
    const models: ModelRef[] = [];
    for (const request of pinModel(requests, model, options)) {
      const task = await onDetachedHost(
        io,
        reach,
        (client) => client.request("delegate", { request, place }, { signal: reach.signal }),
      );
      tasks.push(task);
      const { toolsets } = task;
      models.push(routeTask(reach.loaded.config, { ...request, toolsets, depth: 1 }, model, "user").model);
      if (options.json !== true) io.stdout.write(`${task.task_id}\n`);
    }
    if (options.json === true) io.stdout.write(jsonLine({ tasks }, io.stdout));
    if (!quiet) await tellUnpriced(io, reach.loaded, models);
    return EXIT.done;
  });
}

/** The host has nobody to tell that a cap in US dollars cannot hold. */
async function tellUnpriced(
  { stderr }: Io,
  { config }: LoadedConfig,
  models: readonly ModelRef[],
): Promise<void> {
  const { session, task, day } = config.budget;
  if ([session, task, day].every(({ usd }) => usd === null)) return;
  const known = await loadKnownModels();
  const unpriced = models.filter((model) => !holdsUsd(modelFacts(config, known, model)));
  for (const line of new Set(unpriced.map(priceUnknownText))) stderr.write(`hermes: ${line}\n`);
}

function refuseWaiting({ any, jsonl }: DelegateOptions): void {
  const option = any === true ? "--any" : jsonl === true ? "--jsonl" : null;
  if (option === null) return;
  throw new UserError(`Cannot use ${option} with --async: nothing is waited for`, {
    hint: "Wait for the tasks with: hermes collect --any ID..., or hermes check --follow --jsonl ID...",
    exitCode: EXIT.usage,
  });
}

function placeOf(io: Io, reach: Reach, model: ModelRef, options: DelegateOptions): TaskPlace {
  const { session } = reach.loaded.config.budget;
  return {
    cwd: options.cwd ?? io.cwd(),
    ...handedEnvironment(io, reach),
    model,
    toolsets: [...options.toolsets ?? ALL_TOOLSETS],
    command: {
      id: crypto.randomUUID(),
      caps: { ...session, usd: options.budgetUsd ?? session.usd },
      ...(options.budgetUsd === undefined ? {} : { needsPrice: true }),
    },
    yolo: options.yolo === true,
  };
}
