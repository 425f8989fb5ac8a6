import type { ContextCare } from "../agent/context_care.ts";
import { contextLimits } from "../config/context_limits.ts";
import { resolveModel } from "../config/models.ts";
import { agentApproval } from "../delegation/askers.ts";
import { DELEGATION } from "../delegation/brief.ts";
import { callDelegation } from "../delegation/delegation_calls.ts";
import type { Caller } from "../delegation/ground.ts";
import type { Verdict } from "../delegation/grants.ts";
import type { Parked, Supervisor } from "../delegation/supervisor.ts";
import type { TaskRecord } from "../delegation/task_record.ts";
import type { ConversationUpdate } from "../protocol/conversation.ts";
import type { ModelRef } from "../protocol/model_ref.ts";
import type { TaskView } from "../protocol/task_view.ts";
import { createModelClient } from "../provider/model_client.ts";
import type { ModelClient, SessionBroker } from "../provider/provider.ts";
import { usedBefore } from "../store/request_rows.ts";
import type { Amounts } from "../store/spend_book.ts";
import type { SessionStore, Store, StoredTask } from "../store/store.ts";
import type { Clock } from "../support/clock.ts";
import { spillInto } from "../support/spill.ts";
import { dispatch, type ToolOutcome } from "../tools/dispatch.ts";
import { guardedShell } from "../tools/terminal/guarded_shell.ts";
import type { EvidenceSink, Shell, ToolContext } from "../tools/tool.ts";
import { Toolbox } from "../tools/toolbox.ts";
import { toolsOf } from "../tools/toolsets.ts";
import type { ApprovalReply } from "./control/methods.ts";
import delegationPrompt from "./delegation_prompt.md" with { type: "text" };
import type { EventLog } from "./event_log.ts";
import type { SessionOptions } from "./open_session.ts";
import { ParentAgent } from "./parent_agent.ts";
import { refuseUnpriced } from "./refuse_unpriced.ts";
import { adoptSession, resumeTask } from "./resumption.ts";
import { withoutSecretsInErrors } from "./session_secrets.ts";
import parentPrompt from "./parent_prompt.md" with { type: "text" };
import { withWholeCarried } from "./whole_carried.ts";

/** How the agent of a chat is made. */
export interface AgentOptions {
  readonly maxTurns: number;
  readonly noticesBetweenTurns: boolean;
}

/** What a session is made of, built by `openSession`. */
export interface SessionParts {
  readonly options: SessionOptions;
  readonly clock: Clock;
  readonly broker: SessionBroker;
  readonly supervisor: Supervisor;
  readonly events: EventLog;
  /** For the session's own agent. */
  readonly shell: Shell;
  /** The model in use; the supervisor reads it too. */
  readonly choice: { model: ModelRef };
  readonly store: Store;
  readonly stored: SessionStore;
  readonly resources: AsyncDisposable;
}

const USER: Caller = { ownerId: null, by: "user" };
const AGENT: Caller = { ownerId: null, by: "agent" };

/** One chat or one shell delegation with its tasks. Disposed, it leaves nothing that runs. */
export class Session implements AsyncDisposable {
  readonly id: string;
  readonly events: EventLog;
  readonly supervisor: Supervisor;
  readonly #parts: SessionParts;
  readonly #userTools = new Toolbox(toolsOf(DELEGATION));

  constructor(parts: SessionParts) {
    this.id = parts.stored.sessionId;
    this.events = parts.events;
    this.supervisor = parts.supervisor;
    this.#parts = parts;
  }

  /** The model of the session's own agent, which children have unless a rule says otherwise. */
  get model(): ModelRef {
    return this.#parts.choice.model;
  }

  /** Runs a delegation tool as the user's own call: a slash command or the shell. */
  call(name: string, args: unknown, signal: AbortSignal): Promise<ToolOutcome> {
    const call = { id: "user", name, arguments: JSON.stringify(args) };
    return dispatch(call, this.#userTools, this.#context(USER, signal));
  }

  /** Makes the agent that the user talks to. */
  async createAgent({ maxTurns, noticesBetweenTurns }: AgentOptions): Promise<ParentAgent> {
    const { options, supervisor, events } = this.#parts;
    const delegates = options.loaded.config.delegation.enabled;
    const work = options.toolsets.filter((toolset) => !DELEGATION.includes(toolset));
    const toolbox = new Toolbox(toolsOf([...work, ...(delegates ? DELEGATION : [])]));
    const approve = agentApproval(supervisor);
    const shell = guardedShell(this.#parts.shell, approve);
    const context = { ...this.#context(AGENT, new AbortController().signal), approve, shell };
    const prompt = [parentPrompt, delegates ? delegationPrompt : "", `Working directory: ${options.cwd}`];
    return new ParentAgent({
      systemPrompt: prompt.map((part) => part.trim()).filter((part) => part !== "").join("\n\n"),
      client: this.#client(),
      schemas: await toolbox.schemas(),
      runTool: (call, signal) => dispatch(call, toolbox, { ...context, signal }),
      supervisor,
      emit: (body) => events.emit(body),
      maxTurns,
      noticesBetweenTurns,
      context: this.#room(),
      history: options.goOnWith === undefined ? [] : this.#parts.store.conversation(this.id, null),
      onStored: (update) => this.#store(update),
    });
  }

  /** Changes the model for what comes. Throws a `UserError` for one that cannot be used. */
  useModel(name: string, agent: ParentAgent): void {
    const { loaded } = this.#parts.options;
    const prefix = name.split("/")[0] ?? "";
    const isQualified = name !== prefix && Object.hasOwn(loaded.config.providers, prefix);
    const provider = isQualified ? {} : { provider: this.model.provider };
    const model = resolveModel(loaded, { model: name, ...provider });
    if (this.supervisor.ground.needsPrice) refuseUnpriced(this.supervisor.ground, model);
    this.#parts.choice.model = model;
    agent.useClient(this.#client(), this.#room());
  }

  /** Allows the session so many US dollars more. Throws a `UserError` where its model has no price, so that no cap holds. */
  raiseBudget(usd: number): void {
    const { ground } = this.supervisor;
    refuseUnpriced(ground, this.model);
    ground.broker.raiseBudget(usd);
  }

  /** What outlives the process. */
  get store(): Store {
    return this.#parts.store;
  }

  /** By which its tasks name the process that runs them. */
  get hostId(): string {
    return this.#parts.stored.hostId;
  }

  /** What it used with its tasks before it was opened this time: a session that goes on has a new allowance. */
  get usedBefore(): Amounts {
    return usedBefore(this.store.database, this.id, this.hostId);
  }

  /** Takes in the tasks of a session that goes on; returns those that other processes run. */
  adoptTasks(): readonly StoredTask[] {
    return adoptSession(this.#parts);
  }

  /** Lets interrupted tasks go on here. Throws {@linkcode ToolFailure} for one that is not interrupted (any more). */
  resumeTasks(taskIds: readonly string[]): readonly TaskView[] {
    const { supervisor } = this;
    return taskIds.map((taskId) => supervisor.view(resumeTask(this.#parts, taskId)));
  }

  /** Brings tasks to a halt, on disk, from which another process can go on; `isMeant` as of {@linkcode Supervisor.park}. */
  async park(
    graceMs: number,
    isMeant: (record: TaskRecord) => boolean = () => true,
  ): Promise<readonly Parked[]> {
    const parked = await this.supervisor.park(isMeant, graceMs);
    this.#parts.stored.flush();
    return parked;
  }

  /** Puts on disk what waits to be; whether all of it is there. */
  flush(): boolean {
    return this.#parts.stored.flush();
  }

  /** Puts on disk what waits; why not all of it is there, null when it is. */
  notKept(): Error | null {
    return this.#parts.stored.notKept();
  }

  /** A result that was printed for the shell is delivered, when it is the shell's and was not before. */
  printed(taskId: string): boolean {
    return this.#parts.store.tasks.deliver(taskId, "print");
  }

  /**
   * Answers what a task asks to be allowed, or, by the session's id, its own agent; undefined: what waits longest. Throws
   * {@linkcode ToolFailure} `not_running` when it waits for nothing, `unknown_task` for an id of nobody.
   */
  answerApproval(id: string | undefined, verdict: Verdict): ApprovalReply {
    const { approvals, table } = this.supervisor;
    const taskId = id === undefined ? undefined : id === this.id ? null : table.find(id, null).id;
    const { taskId: task_id, what } = approvals.answer(taskId, verdict);
    return { ok: true, task_id, what, allowed: verdict.allow, scope: verdict.scope };
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#parts.resources[Symbol.asyncDispose]();
  }

  #store(said: ConversationUpdate): void {
    const { stored, supervisor } = this.#parts;
    const update = withWholeCarried(supervisor.ground.redactor.value(said));
    const first = update.messages.find(({ role }) => role === "user");
    if (first !== undefined) stored.titled(first.content);
    stored.conversationChanged(null, update);
  }

  #client(): ModelClient {
    const { broker, clock } = this.#parts;
    const ways = this.supervisor.ground.waysOf(this.model, null);
    const client = createModelClient({ broker, clock, model: this.model, ...ways });
    return withoutSecretsInErrors(client, this.supervisor.ground.redactor);
  }

  #room(): ContextCare {
    const { supervisor, options } = this.#parts;
    const limits = contextLimits(options.loaded.config, supervisor.ground.factsOf(this.model, null));
    return { ...limits, firstIsGoal: false, spill: spillInto(supervisor.ground.spillDir) };
  }

  #context(caller: Caller, signal: AbortSignal): ToolContext {
    const { options, shell, supervisor } = this.#parts;
    const { timeout, max_timeout } = options.loaded.config.terminal;
    return {
      cwd: options.cwd,
      signal,
      shell,
      terminal: { timeoutS: timeout, maxTimeoutS: max_timeout },
      filesSeen: new Map(),
      secretPaths: supervisor.ground.secretPaths,
      redact: (text) => supervisor.ground.redactor.text(text),
      approve: () => Promise.resolve(), // a person calls
      evidence: NO_EVIDENCE,
      call: (name, args, until) => callDelegation(supervisor, name, args, caller, until),
    };
  }
}

/** Evidence is kept of tasks; what the session's own agent does stands in its conversation. */
const NO_EVIDENCE: EvidenceSink = { fileWritten() {}, command() {}, url() {}, denied() {} };
