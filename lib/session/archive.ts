import { dirname } from "node:path";
import type { LoadedConfig } from "../config/load.ts";
import type { Ground } from "../delegation/ground.ts";
import { callDelegation } from "../delegation/delegation_calls.ts";
import { Supervisor } from "../delegation/supervisor.ts";
import type { DeliveryLedger } from "../store/delivery.ts";
import type { Store, StoredTask } from "../store/store.ts";
import { systemClock } from "../support/clock.ts";
import { ToolFailure } from "../support/errors.ts";
import { dispatch, type ToolOutcome } from "../tools/dispatch.ts";
import { Toolbox } from "../tools/toolbox.ts";
import { toolsOf } from "../tools/toolsets.ts";
import { sessionSecrets } from "./session_secrets.ts";
import { saveSummary } from "./save_summary.ts";
import { rowOf, snapshotOf, topDown } from "./task_rows.ts";

/** Tasks that no process runs, as a person looks at them: by the same tools, with the same replies. */
export interface Archive {
  /** `check_task`, `collect_task` without waiting, `cancel_task` and `list_tasks`; claims nothing. */
  call(tool: string, args: unknown): Promise<ToolOutcome>;
}

/** Opens these stored tasks. Cancelling an interrupted one fails when another process goes on with it meanwhile. */
export function openArchive(store: Store, loaded: LoadedConfig, tasks: readonly StoredTask[]): Archive {
  const lost = new Set<string>();
  const supervisor = new Supervisor(groundOf(store, loaded, tasks, lost));
  supervisor.adopt(topDown(tasks).map(snapshotOf));
  const toolbox = new Toolbox(toolsOf(["async_delegation"]));
  return {
    async call(tool, args) {
      const { signal } = new AbortController();
      const call = { id: "user", name: tool, arguments: JSON.stringify(args) };
      return await dispatch(call, toolbox, {
        cwd: dirname(loaded.path),
        signal,
        shell: { run: nothingRuns },
        terminal: { timeoutS: 0, maxTimeoutS: 0 },
        filesSeen: new Map(),
        secretPaths: [],
        approve: nothingRuns,
        redact: (text) => text, // it was redacted before it was stored
        evidence: { fileWritten() {}, command() {}, url() {}, denied() {} },
        async call(name, input, until) {
          const reply = await callDelegation(
            supervisor,
            name,
            input,
            { ownerId: null, by: "user" },
            until,
          );
          for (const taskId of lost) throw goesOn(taskId);
          return reply;
        },
      });
    },
  };
}

function groundOf(
  store: Store,
  loaded: LoadedConfig,
  tasks: readonly StoredTask[],
  lost: Set<string>,
): Ground {
  const { config } = loaded;
  return {
    sessionId: "",
    clock: systemClock,
    startChild: nothingRuns,
    config,
    broker: { acquire: nothingRuns, release: nothingRuns, forTask: nothingRuns } as never, // no child asks it
    payerOf: nothingRuns,
    ledger: readOnlyLedger(tasks),
    keeper: {
      changed(record) {
        const change = (task: StoredTask) => rowOf(record, task.hostId);
        if (store.tasks.takeInterrupted(record.id, change) === null) lost.add(record.id);
      },
      conversation() {},
      history: () => [],
      find: () => undefined,
      lastIds: () => [],
    },
    model: { provider: config.model.provider, model: config.model.default, reasoningEffort: null },
    waysOf: nothingRuns,
    factsOf: nothingRuns,
    needsPrice: false,
    toolsets: [],
    cwd: dirname(loaded.path),
    spillDir: "",
    ...sessionSecrets(loaded),
    shellFor: nothingRuns,
    endCommands: nothingRuns,
    judge: nothingRuns,
    isYolo: false,
    emit() {},
    saveSummary: (taskId, text) => saveSummary(dirname(loaded.path), taskId, text),
    newTaskId: nothingRuns,
    untilOver: nothingRuns,
  };
}

/** A look claims nothing; what was delivered is delivered. */
function readOnlyLedger(tasks: readonly StoredTask[]): DeliveryLedger {
  const delivered = new Set(tasks.filter((task) => task.delivered !== null).map(({ taskId }) => taskId));
  return {
    claim: () => false,
    confirm: () => [],
    giveBack() {},
    isClaimed: (taskId) => delivered.has(taskId),
    isDelivered: (taskId) => delivered.has(taskId),
  };
}

function nothingRuns(): never {
  throw new TypeError("Nothing runs in an archive");
}

function goesOn(taskId: string): ToolFailure {
  return new ToolFailure("not_running", `Cannot cancel task ${taskId}: another process goes on with it`, {
    hint: "Try again: it is found there",
  });
}
