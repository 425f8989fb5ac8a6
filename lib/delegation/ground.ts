import type { ModelFacts } from "../config/model_facts.ts";
import type { Config } from "../config/schema.ts";
import type { EventBody, LossyBody } from "../protocol/events.ts";
import type { ModelRef, ModelWays } from "../protocol/model_ref.ts";
import type { CommandBudget, Payer, SessionBroker } from "../provider/provider.ts";
import type { DeliveryLedger, OwnerId } from "../store/delivery.ts";
import type { Clock } from "../support/clock.ts";
import type { Redactor } from "../support/redact.ts";
import type { Judge } from "../tools/approval/judge.ts";
import type { Shell, Toolset } from "../tools/tool.ts";
import type { TaskKeeper } from "./task_keeper.ts";
import type { TaskSpec } from "./task_spec.ts";
import type { TaskSnapshot } from "./task_snapshot.ts";
import type { StartChild } from "./workers.ts";

/** What a session gives its supervisor to stand on. */
export interface Ground {
  readonly sessionId: string;
  readonly clock: Clock;
  readonly startChild: StartChild;
  /** As it is now; a host may get a newer one while it runs. */
  readonly config: Config;
  readonly broker: SessionBroker;
  /** Who pays for a task beside the session's own budget, with what was paid before. */
  payerOf(spec: TaskSpec): Payer | null;
  readonly ledger: DeliveryLedger;
  readonly keeper: TaskKeeper;
  /** The model and the work toolsets of the session's own agent. */
  readonly model: ModelRef;
  /** What the client of a task's model has to know, such as where to go on while its provider is down. */
  waysOf(model: ModelRef, taskId: string | null): ModelWays;
  /** What is known of a model, by the config of a task; null: of the session. */
  factsOf(model: ModelRef, taskId: string | null): ModelFacts;
  /** Whether the session was given a budget in US dollars, which only models with a price can keep to. */
  readonly needsPrice: boolean;
  readonly toolsets: readonly Toolset[];
  readonly cwd: string;
  /** The directory for what is too long for the conversation of an agent. */
  readonly spillDir: string;
  /** Knows every key; children ask for its work and never get it. */
  readonly redactor: Redactor;
  /** Files and directories that hold keys. */
  readonly secretPaths: readonly string[];
  shellFor(taskId: string): Shell;
  /** Ends what the commands of a task left running; resolves with what could not be ended. */
  endCommands(taskId: string): Promise<readonly string[]>;
  /** Which actions of agents ask first. */
  readonly judge: Judge;
  /** Whether none does, as the command line says. */
  readonly isYolo: boolean;
  emit(body: EventBody | LossyBody, taskId?: string): void;
  /** Keeps a summary that is too long for its reader in a file. Returns its path; null when it could not be kept. */
  saveSummary(taskId: string, text: string): string | null;
  newTaskId(): string;
  /** Resolves with a task that another process runs, once it is over. Rejects with the signal's reason only. */
  untilOver(taskId: string, signal: AbortSignal): Promise<TaskSnapshot>;
}

/** Where a task of the shell works, and which budget its command gave it. */
export interface CallerPlace extends Pick<Ground, "cwd" | "model" | "toolsets"> {
  readonly command: CommandBudget;
  /** Whether nothing that the task does asks first. */
  readonly isYolo: boolean;
}

/** Who calls: the session's own agent or the shell (owner null), or the agent of a task. */
export interface Caller {
  readonly ownerId: OwnerId;
  /** A person's look or command claims no results and is bound by no list of models. */
  readonly by: "agent" | "user";
  /** Aborts when the caller does not take the answer, even one that is on its way: then it claims nothing. */
  readonly givenUp?: AbortSignal;
  /** When that is not the session's own. */
  readonly place?: CallerPlace;
}
