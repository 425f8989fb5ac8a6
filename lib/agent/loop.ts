import type { AgentEvent, HandoverReason, LoopEnd, TurnEndedEvent } from "../protocol/agent_events.ts";
import type { AssistantMessage, ToolCall, ToolSchema } from "../protocol/conversation.ts";
import type { FailReason } from "../protocol/task_state.ts";
import type { ModelClient, ModelReply } from "../provider/provider.ts";
import { isJsonObject } from "../provider/json_arguments.ts";
import { ProviderError, toWireError } from "../support/errors.ts";
import { type Asking, askModel } from "./ask_model.ts";
import type { ContextCare } from "./context_care.ts";
import { ABORTED, type Conversation } from "./conversation.ts";
import { handoverPrompt } from "./handover_prompt.ts";
import type { Inbox } from "./inbox.ts";
import { shortResult } from "./long_result.ts";
import type { LoopControl } from "./loop_control.ts";
import { RepeatWatch } from "./repeat_watch.ts";
import { runTools, type ToolRunner } from "./run_tools.ts";

/** The tool by which a child says that it is done; the inbox judges its arguments. */
export const FINISH = "finish";

/**
 * What a loop works with. `maxTurns` counts model requests, the `turnsDone` before this loop included; the last one is
 * the hand-over.
 */
export interface LoopOptions {
  readonly conversation: Conversation;
  readonly client: ModelClient;
  readonly schemas: readonly ToolSchema[];
  readonly runTool: ToolRunner;
  readonly inbox: Inbox;
  readonly control: LoopControl;
  readonly maxTurns: number;
  readonly turnsDone: number;
  readonly context: ContextCare;
}

/**
 * Runs one agent until its inbox takes a final message, its turns or its allowance are used up, it fails, or it is
 * aborted: the same loop for the parent and for every child. It never throws for what a model or a tool does; the
 * conversation is valid whenever it yields and when it returns.
 */
export async function* runLoop(options: LoopOptions): AsyncGenerator<AgentEvent, LoopEnd> {
  const { control, conversation } = options;
  try {
    return yield* turns(options);
  } catch (error) {
    if (control.stop.signal.aborted) return { type: "aborted" };
    return { type: "failed", reason: failReason(error), error: toWireError(error) };
  } finally {
    conversation.closeOpenCalls();
  }
}

async function* turns(options: LoopOptions): AsyncGenerator<AgentEvent, LoopEnd> {
  const repeats = new RepeatWatch();
  for (let turn = options.turnsDone + 1;;) {
    if (turn >= options.maxTurns) options.control.beginLastTurn();
    const reason = handoverDue(options, turn);
    if (reason !== null) return yield* handOver(options, turn, reason);
    const end = yield* oneTurn(options, turn, repeats);
    if (end !== null) return end;
    if (options.control.handoverReason !== "budget") turn++; // else its request was refused: it was none
  }
}

/** The last turn is kept for the hand-over, unless there is no other. */
function handoverDue({ control, maxTurns }: LoopOptions, turn: number): HandoverReason | null {
  if (control.handoverReason !== null) return control.handoverReason;
  return turn >= maxTurns && turn > 1 ? "max_turns" : null;
}

async function* oneTurn(
  options: LoopOptions,
  turn: number,
  repeats: RepeatWatch,
): AsyncGenerator<AgentEvent, LoopEnd | null> {
  await pullInto(options, turn);
  yield { type: "turn_started", turn };
  let reply: ModelReply | null = null;
  try {
    reply = yield* ask(options, { mustAnswer: false });
    yield { type: "reply_ended", turn, ...byOf(reply) };
    return yield* workOff(options, reply, { turn, repeats });
  } finally {
    yield turnEnded(turn, reply);
  }
}

/** Where a turn is and what came before it. */
interface TurnPlace {
  readonly turn: number;
  readonly repeats: RepeatWatch;
}

/** Does what a reply asks for. */
async function* workOff(
  options: LoopOptions,
  reply: ModelReply | null,
  place: TurnPlace,
): AsyncGenerator<AgentEvent, LoopEnd | null> {
  const { conversation, maxTurns } = options;
  const { turn } = place;
  if (reply === null) return turn < maxTurns ? null : usedUp(options, lastWords(conversation));
  const cut = cutShort(reply);
  if (cut !== null) return cut;
  conversation.addAssistant(reply.message);
  store(options); // with calls: whoever goes on after a crash sees which of them have an unknown outcome
  if (reply.message.toolCalls.length > 0) return yield* answerCalls(options, reply.message, place);
  if (reply.finish === "pause") {
    if (turn >= maxTurns) return usedUp(options, reply.message.content);
    conversation.addUser("Go on."); // most servers want the last word not to be the model's
    return null;
  }
  return await offerClosing(options, turn, reply.message.content);
}

/** Runs the calls of a message; `finish` among them, of an agent that has it, is offered once the others have ended. */
async function* answerCalls(
  options: LoopOptions,
  { toolCalls, content }: AssistantMessage,
  { turn, repeats }: TurnPlace,
): AsyncGenerator<AgentEvent, LoopEnd | null> {
  const { control, conversation } = options;
  const { signal } = control.stop;
  const canFinish = options.schemas.some(({ name }) => name === FINISH);
  const finish = canFinish ? toolCalls.find((call) => call.name === FINISH) : undefined;
  const work = toolCalls.filter((call) => call !== finish);
  const results = yield* runTools(work, options.runTool, control);
  const isOffered = finish !== undefined && !signal.aborted;
  const closing = isOffered ? await close(options, turn, finish, content) : null;
  for (const call of toolCalls) {
    const result = (call === finish ? closing?.toolResult : results.get(call.id)) ?? ABORTED;
    const content = shortResult(call, result, options.context);
    conversation.addToolResult({ role: "tool", callId: call.id, content });
  }
  for (const message of closing?.messages ?? []) conversation.addUser(message);
  store(options);
  if (closing?.end) return closing.end;
  signal.throwIfAborted();
  if (turn >= options.maxTurns) return usedUp(options, content);
  if (repeats.isStuck(work, results)) control.askHandover("loop");
  return null;
}

async function pullInto(options: LoopOptions, turn: number): Promise<void> {
  const { conversation, inbox, control } = options;
  for (const message of await inbox.pull(turn, control.stop.signal)) conversation.addUser(message);
  store(options);
}

function store({ conversation, inbox }: LoopOptions): void {
  inbox.stored(conversation.takeUpdate() ?? { from: conversation.messages.length, messages: [] });
}

function ask(
  options: LoopOptions,
  { mustAnswer }: Pick<Asking, "mustAnswer">,
): AsyncGenerator<AgentEvent, ModelReply | null> {
  // What is set aside for a hand-over is one request, so there is none for a summary.
  return askModel({ ...options, mustAnswer, mayAsk: !mustAnswer, onCompacted: () => store(options) });
}

async function offerClosing(options: LoopOptions, turn: number, text: string): Promise<LoopEnd | null> {
  const closing = await close(options, turn, null, text);
  for (const message of closing.messages) options.conversation.addUser(message);
  store(options);
  return closing.end === null && turn >= options.maxTurns ? usedUp(options, text) : closing.end;
}

/** The end of an agent that had only one turn, and so none for a hand-over: what it said in it has to do. */
function usedUp({ control }: LoopOptions, text: string): LoopEnd {
  return { type: "handover", reason: control.handoverReason ?? "max_turns", text };
}

function lastWords({ messages }: Conversation): string {
  const last = messages.at(-1);
  return last?.role === "assistant" ? last.content : "";
}

interface Closing {
  readonly toolResult: string;
  readonly messages: readonly string[];
  readonly end: LoopEnd | null;
}

async function close(
  options: LoopOptions,
  turn: number,
  finish: ToolCall | null,
  text: string,
): Promise<Closing> {
  const offer = { text, finishArguments: finish?.arguments ?? null, turn };
  const reply = await options.inbox.close(offer, options.control.stop.signal);
  if (!reply.accepted) return { ...reply, end: null };
  return { toolResult: "Finished", messages: [], end: { type: "final", text } };
}

/** One more turn without tools, whose text is the hand-over. */
async function* handOver(
  options: LoopOptions,
  turn: number,
  reason: HandoverReason,
): AsyncGenerator<AgentEvent, LoopEnd> {
  const { control, conversation } = options;
  control.beginHandover();
  await pullInto(options, turn);
  conversation.addUser(handoverPrompt(reason));
  yield { type: "turn_started", turn };
  const reply = yield* ask(options, { mustAnswer: true });
  yield { type: "reply_ended", turn, ...byOf(reply) };
  yield turnEnded(turn, reply);
  const text = reply === null ? "" : handoverText(reply.message);
  if (reply !== null) conversation.addAssistant({ ...reply.message, content: text, toolCalls: [] });
  store(options);
  return { type: "handover", reason, text };
}

/** A server that does not know how to forbid calls may answer with the one that ends the work. */
function handoverText({ content, toolCalls }: AssistantMessage): string {
  const finish = toolCalls.find(({ name }) => name === FINISH);
  if (content.trim() !== "" || finish === undefined || !isJsonObject(finish.arguments)) return content;
  const { summary } = JSON.parse(finish.arguments);
  return typeof summary === "string" ? summary : content;
}

function turnEnded(turn: number, reply: ModelReply | null): TurnEndedEvent {
  return { type: "turn_ended", turn, usage: reply?.usage ?? null, ...byOf(reply) };
}

function byOf(reply: ModelReply | null): Pick<TurnEndedEvent, "by"> {
  return reply?.by === undefined ? {} : { by: reply.by };
}

/** An answer that was cut or withheld is never taken for a whole one, nor are its calls run. */
function cutShort(reply: ModelReply): LoopEnd | null {
  if (reply.finish === "length") {
    const message = "The answer was cut off at the output limit of the model";
    return { type: "failed", reason: "max_output", error: { code: "max_output", message } };
  }
  if (reply.finish === "budget") {
    const message = "The answer was cut off where the budget ends";
    return { type: "failed", reason: "budget", error: { code: "budget", message } };
  }
  if (reply.finish === "content_filter") {
    const message = "The provider withheld the answer (content filter)";
    return { type: "failed", reason: "content_filter", error: { code: "content_filter", message } };
  }
  return null;
}

const PROVIDER_REASONS: Readonly<Partial<Record<string, FailReason>>> = {
  context_length: "context_length",
  content_filter: "content_filter",
  rate_limited: "rate_limited",
  budget: "budget",
  store: "internal",
};

function failReason(error: unknown): FailReason {
  if (!(error instanceof ProviderError)) return "internal";
  return PROVIDER_REASONS[error.code] ?? "provider_error";
}
