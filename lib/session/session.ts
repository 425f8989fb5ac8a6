import { resolveModel } from "../config/models.ts";
import { callDelegation } from "../delegation/delegation_calls.ts";
import type { Caller } from "../delegation/ground.ts";
import type { Supervisor } from "../delegation/supervisor.ts";
import type { ModelRef } from "../protocol/model_ref.ts";
import { createModelClient } from "../provider/model_client.ts";
import type { ModelClient, SessionBroker } from "../provider/provider.ts";
import type { Clock } from "../support/clock.ts";
import { dispatch, type ToolOutcome } from "../tools/dispatch.ts";
import type { EvidenceSink, Shell, ToolContext } from "../tools/tool.ts";
import { Toolbox } from "../tools/toolbox.ts";
import { toolsOf } from "../tools/toolsets.ts";
import delegationPrompt from "./delegation_prompt.md" with { type: "text" };
import type { EventLog } from "./event_log.ts";
import type { SessionOptions } from "./open_session.ts";
import { ParentAgent } from "./parent_agent.ts";
import parentPrompt from "./parent_prompt.md" with { type: "text" };

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
  readonly resources: AsyncDisposable;
}

const USER: Caller = { ownerId: null, by: "user" };
const AGENT: Caller = { ownerId: null, by: "agent" };
const DELEGATION_TOOLS = toolsOf(["delegation", "async_delegation"]);

/** One chat or one shell delegation with its tasks. Disposed, it leaves nothing that runs. */
export class Session implements AsyncDisposable {
  readonly id: string;
  readonly events: EventLog;
  readonly supervisor: Supervisor;
  readonly #parts: SessionParts;
  readonly #userTools = new Toolbox(DELEGATION_TOOLS);

  constructor(id: string, parts: SessionParts) {
    this.id = id;
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
    const toolbox = new Toolbox([...toolsOf(options.toolsets), ...(delegates ? DELEGATION_TOOLS : [])]);
    const context = this.#context(AGENT, new AbortController().signal);
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
      history: [],
      onStored: () => {},
    });
  }

  /** Changes the model for what comes. Throws a `UserError` for one that cannot be used. */
  useModel(name: string, agent: ParentAgent): void {
    const { loaded } = this.#parts.options;
    const prefix = name.split("/")[0] ?? "";
    const isQualified = name !== prefix && Object.hasOwn(loaded.config.providers, prefix);
    const provider = isQualified ? {} : { provider: this.model.provider };
    this.#parts.choice.model = resolveModel(loaded, { model: name, ...provider });
    agent.useClient(this.#client());
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#parts.resources[Symbol.asyncDispose]();
  }

  #client(): ModelClient {
    const { broker, clock } = this.#parts;
    return createModelClient({ broker, clock, model: this.model });
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
      evidence: NO_EVIDENCE,
      call: (name, args, until) => callDelegation(supervisor, name, args, caller, until),
    };
  }
}

/** Evidence is kept of tasks; what the session's own agent does stands in its conversation. */
const NO_EVIDENCE: EvidenceSink = { fileWritten() {}, command() {}, url() {}, denied() {} };
