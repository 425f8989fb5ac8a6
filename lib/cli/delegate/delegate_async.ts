import { resolveModel } from "../../config/models.ts";
import type { ModelRef } from "../../protocol/model_ref.ts";
import type { SpawnReply } from "../../protocol/task_view.ts";
import type { TaskPlace } from "../../session/control/methods.ts";
import { UserError } from "../../support/errors.ts";
import type { TaskRequest } from "../../tools/delegation/task_arguments.ts";
import { scrubEnvironment } from "../../tools/terminal/scrub_environment.ts";
import { EXIT } from "../exit_codes.ts";
import type { Io } from "../io.ts";
import { onDetachedHost } from "../lifecycle/detached_host.ts";
import type { Reach } from "../lifecycle/reach.ts";
import { withReach } from "../lifecycle/with_reach.ts";
import { loadRunConfig } from "../load_config.ts";
import { ALL_TOOLSETS, tellOffline, wishOf } from "../open_run.ts";
import { pinModel } from "./requests.ts";
import type { DelegateOptions } from "./run_delegate.ts";

/**
 * Hands the requests to the detached host and prints the id of each as soon as it is taken in; returns the exit code.
 * A budget for the whole command is shared out evenly, so that it holds whatever becomes of host and tasks.
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
    for (const request of shared(pinModel(requests, model, options), options)) {
      const task = await onDetachedHost(
        io,
        reach,
        (client) => client.request("delegate", { request, place }, { signal: reach.signal }),
      );
      tasks.push(task);
      if (options.json !== true) io.stdout.write(`${task.task_id}\n`);
    }
    if (options.json === true) io.stdout.write(JSON.stringify({ tasks }) + "\n");
    return EXIT.done;
  });
}

function refuseWaiting({ any, jsonl }: DelegateOptions): void {
  const option = any === true ? "--any" : jsonl === true ? "--jsonl" : null;
  if (option === null) return;
  throw new UserError(`Cannot use ${option} with --async: nothing is waited for`, {
    hint: "Wait for the tasks with: hermes collect --any ID..., or hermes check --follow --jsonl ID...",
    exitCode: EXIT.usage,
  });
}

function placeOf(io: Io, { loaded }: Reach, model: ModelRef, { cwd, toolsets }: DelegateOptions): TaskPlace {
  return {
    cwd: cwd ?? io.cwd,
    env: scrubEnvironment(io.env, loaded.secrets.values),
    model,
    toolsets: [...toolsets ?? ALL_TOOLSETS],
  };
}

function shared(
  requests: readonly TaskRequest[],
  { budgetUsd }: DelegateOptions,
): readonly TaskRequest[] {
  if (budgetUsd === undefined) return requests;
  return requests.map((request) => ({ ...request, budget_usd: budgetUsd / requests.length }));
}
