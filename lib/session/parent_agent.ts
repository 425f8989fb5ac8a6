import type { ContextCare } from "../agent/context_care.ts";
import { Conversation, lostCall } from "../agent/conversation.ts";
import type { Inbox } from "../agent/inbox.ts";
import { LoopControl } from "../agent/loop_control.ts";
import { runLoop } from "../agent/loop.ts";
import type { ToolRunner } from "../agent/run_tools.ts";
import type { Supervisor } from "../delegation/supervisor.ts";
import type { AgentEvent, CompactedEvent, LoopEnd } from "../protocol/agent_events.ts";
import type { ConversationUpdate, Message, ToolSchema } from "../protocol/conversation.ts";
import type { EventBody, LossyBody } from "../protocol/events.ts";
import type { ClosingOffer, ClosingReply } from "../protocol/worker_messages.ts";
import type { ModelClient } from "../provider/provider.ts";
import { ToolFailure } from "../support/errors.ts";
import { publicEvent } from "./public_event.ts";
import { RedactedEvents } from "./redacted_events.ts";

/** What the agent of a chat works with. */
export interface ParentAgentOptions {
  readonly systemPrompt: string;
  readonly client: ModelClient;
  readonly schemas: readonly ToolSchema[];
  readonly runTool: ToolRunner;
  readonly supervisor: Supervisor;
  readonly emit: (body: EventBody | LossyBody) => void;
  /** Model requests for one message of the user. */
  readonly maxTurns: number;
  /** False: notices are held back until the agent is asked to read them (`-q`). */
  readonly noticesBetweenTurns: boolean;
  /** How much fits its model, and what becomes of the rest. */
  readonly context: ContextCare;
  /** The stored conversation of a session that goes on; empty for a new one. */
  readonly history: readonly Message[];
  /** Told of each change of the conversation, before the results in it count as delivered. */
  readonly onStored: (update: ConversationUpdate) => void;
}

const NO_ANSWER: LoopEnd = {
  type: "failed",
  reason: "bad_output",
  error: { code: "bad_output", message: "Cannot answer: the model sent an empty answer twice" },
};
const EMPTY_ANSWER = "Your last answer was empty. Answer in words";

/** The agent that the user talks to: one conversation, one loop at a time. */
export class ParentAgent {
  readonly #options: ParentAgentOptions;
  #client: ModelClient;
  #context: ContextCare;
  #conversation: Conversation;
  #control: LoopControl | null = null;
  #compacting: LoopControl | null = null;
  #said: string[] = [];

  constructor(options: ParentAgentOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#context = options.context;
    this.#conversation = resumedConversation(options);
  }

  /** Whether a turn of the user's runs. */
  get isBusy(): boolean {
    return this.#control !== null;
  }

  /**
   * Works on a message until its last word, the `text` of a final end. Results that the conversation did not get are
   * given back.
   */
  async answer(message: string): Promise<LoopEnd> {
    const control = new LoopControl();
    this.#control = control;
    this.#said.push(message);
    try {
      const end = await this.#run(control);
      if (end.type === "aborted") this.#noteStop();
      return end.type === "final" && end.text.trim() === "" ? NO_ANSWER : end;
    } finally {
      this.#control = null;
      this.#options.supervisor.ground.ledger.giveBack(null);
      this.#store();
    }
  }

  /** Says something while a turn runs: it is heard before the next model request, and a wait for tasks ends for it. */
  interject(message: string): void {
    this.#said.push(message);
    this.#options.supervisor.waits.messageCame(null);
  }

  /** Ends the turn that runs, or {@linkcode compact}; its tasks go on. */
  stop(): void {
    for (const control of [this.#control, this.#compacting]) {
      control?.stop.abort(new DOMException("The user stopped the turn", "AbortError"));
    }
  }

  /** Asks another model, in its room, from the next message on. */
  useClient(client: ModelClient, context: ContextCare): void {
    this.#client = client;
    this.#context = context;
  }

  /**
   * Shortens the conversation as far as it goes, whatever its size; between two turns. Null: there was nothing to
   * shorten. Rejects with `ProviderError`, and with {@linkcode ToolFailure} once it was stopped: it is then as it was.
   */
  async compact(): Promise<CompactedEvent | null> {
    const control = new LoopControl();
    this.#compacting = control;
    try {
      return await this.#compact(control);
    } catch (error) {
      if (!control.stop.signal.aborted) throw error;
      throw new ToolFailure("aborted", "Cannot compact the conversation: it was stopped", { cause: error });
    } finally {
      this.#compacting = null;
      this.#store();
    }
  }

  /** Whether {@linkcode compact} runs. */
  get isCompacting(): boolean {
    return this.#compacting !== null;
  }

  /** Forgets what was said, from the next message on. */
  forget(): void {
    this.#conversation = new Conversation([systemMessage(this.#options)]);
    this.#store();
  }

  /** Without it, what a stopped or failed turn left would be stored with the next one only. */
  #store(): void {
    const update = this.#conversation.takeUpdate();
    if (update !== null) this.#options.onStored(update);
  }

  async #compact(control: LoopControl): Promise<CompactedEvent | null> {
    const { compact } = await import("../agent/compact.ts"); // load on use
    const { schemas } = this.#options;
    const events = this.#events();
    const run = compact({
      conversation: this.#conversation,
      client: this.#client,
      schemas,
      control,
      context: this.#context,
      mayAsk: true,
    }, "asked");
    for (let compacted: CompactedEvent | null = null;;) {
      const step = await run.next();
      if (step.done) return compacted;
      if (step.value.type === "compacted") compacted = step.value;
      this.#tell(events.push(step.value));
    }
  }

  async #run(control: LoopControl): Promise<LoopEnd> {
    const { schemas, runTool, maxTurns } = this.#options;
    const events = this.#events();
    const loop = runLoop({
      conversation: this.#conversation,
      client: this.#client,
      schemas,
      runTool,
      inbox: this.#inbox(),
      control,
      maxTurns,
      turnsDone: 0,
      context: this.#context,
    });
    for (;;) {
      const step = await loop.next();
      if (step.done) {
        this.#tell(events.end());
        return step.value;
      }
      this.#tell(events.push(step.value));
    }
  }

  #events(): RedactedEvents {
    return new RedactedEvents(this.#options.supervisor.ground.redactor);
  }

  #tell(events: readonly AgentEvent[]): void {
    for (const event of events.map(publicEvent)) if (event !== null) this.#options.emit(event);
  }

  /** Closes the exchange, so that the next message is not taken for a second half of the stopped one. */
  #noteStop(): void {
    this.#conversation.addAssistant({ role: "assistant", content: "(stopped by the user)", toolCalls: [] });
    const { table, questions } = this.#options.supervisor;
    for (const { id } of table.childrenOf(null)) questions.announceAgain(id); // what was cut off may have told of them
  }

  #inbox(): Inbox {
    const { supervisor, noticesBetweenTurns, onStored } = this.#options;
    let isNudged = false;
    return {
      pull: () => {
        const notice = noticesBetweenTurns ? supervisor.mail.takeNotice(null) : null;
        return Promise.resolve([...(notice === null ? [] : [notice]), ...this.#readSaid()]);
      },
      stored: (update) => {
        if (update.messages.length > 0) onStored(update);
        supervisor.mail.confirm(null);
      },
      close: ({ text }: ClosingOffer): Promise<ClosingReply> => {
        const isEmpty = text.trim() === "" && !isNudged;
        if (isEmpty) isNudged = true;
        if (!isEmpty && this.#said.length === 0) return Promise.resolve({ accepted: true });
        const messages = isEmpty ? [EMPTY_ANSWER] : [];
        return Promise.resolve({
          accepted: false,
          toolResult: "",
          messages: [...messages, ...this.#readSaid()],
        });
      },
    };
  }

  #readSaid(): string[] {
    this.#options.supervisor.waits.messagesRead(null);
    return this.#said.splice(0);
  }
}

function systemMessage({ systemPrompt }: ParentAgentOptions): Message {
  return { role: "system", content: systemPrompt };
}

/** The stored conversation under the system prompt of today; calls that a crash cut off are answered as such. */
function resumedConversation(options: ParentAgentOptions): Conversation {
  const { history } = options;
  const said = history.filter(({ role }) => role !== "system");
  const system = systemMessage(options);
  const isSame = history[0]?.role === "system" && history[0].content === options.systemPrompt;
  const conversation = new Conversation([system, ...said], { stored: isSame ? history.length : 0 });
  conversation.closeOpenCalls(lostCall);
  return conversation;
}
