import assert from "node:assert/strict";
import type { ContextCare } from "../../lib/agent/context_care.ts";
import { Conversation } from "../../lib/agent/conversation.ts";
import type { Inbox } from "../../lib/agent/inbox.ts";
import { LoopControl } from "../../lib/agent/loop_control.ts";
import { runLoop } from "../../lib/agent/loop.ts";
import type { ToolRunner } from "../../lib/agent/run_tools.ts";
import type { AgentEvent, LoopEnd } from "../../lib/protocol/agent_events.ts";
import type { ConversationUpdate } from "../../lib/protocol/conversation.ts";
import type { ClosingOffer, ClosingReply } from "../../lib/protocol/worker_messages.ts";
import { createModelClient } from "../../lib/provider/model_client.ts";
import type { Broker } from "../../lib/provider/provider.ts";
import { DEFAULT_RETRY } from "../../lib/provider/retry.ts";
import { systemClock } from "../../lib/support/clock.ts";
import { testBroker } from "../provider/ask_model.ts";
import { type Handler, type ScriptedServer, startScriptedServer } from "./scripted_server.ts";
import { mayCall } from "./wire_reading.ts";
import { assertAcceptable } from "./valid_request.ts";

/** What a loop of a test is told from outside, and what it offered as its last words. */
export class TestInbox implements Inbox {
  /** Messages for the next pull; a test may push while the loop runs. */
  readonly waiting: string[] = [];
  readonly pulledAt: number[] = [];
  readonly offers: ClosingOffer[] = [];
  /** Answers to the offers, one for each; once they are used up, an offer is accepted. */
  readonly refusals: Extract<ClosingReply, { accepted: false }>[] = [];
  readonly updates: ConversationUpdate[] = [];

  pull(turn: number): Promise<readonly string[]> {
    this.pulledAt.push(turn);
    return Promise.resolve(this.waiting.splice(0));
  }

  stored(update: ConversationUpdate): void {
    this.updates.push(update);
  }

  close(offer: ClosingOffer): Promise<ClosingReply> {
    this.offers.push(offer);
    return Promise.resolve(this.refusals.shift() ?? { accepted: true });
  }
}

/** How a loop of a test differs from the usual. */
export interface LoopSetup {
  readonly tools?: readonly string[];
  readonly runTool?: ToolRunner;
  readonly maxTurns?: number;
  readonly turnsDone?: number;
  readonly context?: Partial<ContextCare>;
  readonly broker?: Broker;
  /** Told of each event before the loop goes on. */
  readonly onEvent?: (event: AgentEvent) => void;
}

/** What an agent under test has. */
const TOOLS = ["work", "finish"];

/** One agent of a test on a scripted server, every request of which a strict server would take. */
export class AgentUnderTest implements AsyncDisposable {
  readonly server: ScriptedServer;
  readonly inbox = new TestInbox();
  readonly conversation = new Conversation([
    { role: "system", content: "You are under test" },
    { role: "user", content: "begin" },
  ]);
  readonly events: AgentEvent[] = [];
  control = new LoopControl();

  private constructor(server: ScriptedServer) {
    this.server = server;
  }

  static async start(handler: Handler): Promise<AgentUnderTest> {
    return new AgentUnderTest(
      await startScriptedServer((request) => {
        assertAcceptable(request.body);
        return handler(request);
      }),
    );
  }

  /** Runs the loop to its end; a second run goes on with the same conversation. */
  async run(
    {
      runTool = noTool,
      tools = TOOLS,
      maxTurns = 10,
      turnsDone = 0,
      context = {},
      onEvent = () => {},
      ...setup
    }: LoopSetup = {},
  ): Promise<LoopEnd> {
    const broker = setup.broker ?? testBroker(this.server.baseUrl).broker;
    const loop = runLoop({
      conversation: this.conversation,
      client: createModelClient({
        broker,
        model: { provider: "test", model: "m1", reasoningEffort: null },
        clock: systemClock,
        retry: { ...DEFAULT_RETRY, maxAttempts: 1, maxRateLimited: 1 },
      }),
      schemas: tools.map((name) => ({
        name,
        description: "Works",
        parameters: { type: "object", properties: {} },
      })),
      runTool,
      inbox: this.inbox,
      control: this.control,
      maxTurns,
      turnsDone,
      context: { ...ROOMY, ...context },
    });
    for (;;) {
      const step = await loop.next();
      if (step.done) return step.value;
      this.events.push(step.value);
      onEvent(step.value);
    }
  }

  /** The messages of a request after its system prompt, each as `role: content`. */
  said(index: number): string[] {
    const request = this.server.requests[index];
    assert.ok(request !== undefined, `there is no request ${index}`);
    return request.body.messages.slice(1).map(({ role, content, tool_calls }) =>
      `${role}: ${content ?? ""}${tool_calls === undefined ? "" : `+${tool_calls.length} calls`}`
    );
  }

  /** Of each request, whether tools could be called; all of them had the same tools. */
  get offeredTools(): boolean[] {
    const [first, ...others] = this.server.requests.map(({ body }) => JSON.stringify(body.tools));
    assert.ok(others.every((tools) => tools === first), "the tools of a conversation changed");
    return this.server.requests.map(({ body }) => mayCall(body));
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.server[Symbol.asyncDispose]();
  }
}

/** Room for all that a test says, and no place for files. */
export const ROOMY: ContextCare = {
  window: null,
  outputLimit: null,
  resultChars: 50_000,
  firstIsGoal: false,
  spill: () => null,
};

/** Gives back the arguments of each call. */
export const echo: ToolRunner = (call) => Promise.resolve({ content: call.arguments, errorCode: null });

/** Runs until it is aborted. */
export const hang: ToolRunner = (_call, signal) =>
  new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });

const noTool: ToolRunner = (call) => Promise.reject(new Error(`Nobody expected a call of ${call.name}`));
