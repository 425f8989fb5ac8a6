import type { AgentEvent, CompactedEvent } from "../protocol/agent_events.ts";
import type { ModelReply } from "../provider/provider.ts";
import { ProviderError, toWireError } from "../support/errors.ts";
import type { CompactEnd, CompactWork } from "./compact.ts";
import { estimateTokens, isFull } from "./context_size.ts";

/** One request of a loop, and whom to tell when the conversation was compacted for it. */
export interface Asking extends CompactWork {
  /** The model must answer in text. */
  readonly mustAnswer: boolean;
  readonly onCompacted: () => void;
}

/**
 * Asks the model, in a conversation that is compacted first when it is full, and once more when the provider says that it
 * is too long. What was set aside for a hand-over may be too little for the last results: it goes without them then. Null
 * when a message or a hand-over cut a request short; what was said until then is kept.
 */
export async function* askModel(asking: Asking): AsyncGenerator<AgentEvent, ModelReply | null> {
  try {
    if (isFull(asking) && (yield* shorten(asking, "full")) === "interrupted") return null;
    return yield* askOnce(asking);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (error.code === "budget" && !asking.mayAsk && (yield* leaveResultsOut(asking))) {
      return yield* askOnce(asking);
    }
    if (error.code !== "context_length") throw error;
    const end = yield* shorten(asking, "refused");
    if (end === "nothing") throw error;
    if (end === "interrupted") return null;
    return yield* askOnce(asking);
  }
}

/** What came since the last request counts by its bytes, so the last results are what makes a hand-over dear. */
async function* leaveResultsOut(asking: Asking): AsyncGenerator<AgentEvent, boolean> {
  const { dropLastResults } = await import("./compaction.ts");
  const { conversation, schemas } = asking;
  const tokensBefore = estimateTokens(conversation, schemas);
  const { messages, dropped } = dropLastResults(conversation.messages);
  if (dropped === 0) return false;
  conversation.replace(messages);
  const tokensAfter = Math.min(tokensBefore, estimateTokens(conversation, schemas));
  yield { type: "compacted", why: "refused", tokensBefore, tokensAfter, dropped, summarised: false };
  asking.onCompacted();
  return true;
}

/** Loads what only a long conversation needs. */
async function* shorten(
  asking: Asking,
  why: CompactedEvent["why"],
): AsyncGenerator<AgentEvent, CompactEnd> {
  const { compact } = await import("./compact.ts");
  const end = yield* compact(asking, why);
  if (end === "compacted") asking.onCompacted();
  return end;
}

async function* askOnce(
  { client, conversation, control, schemas, mustAnswer }: Asking,
): AsyncGenerator<AgentEvent, ModelReply | null> {
  using open = control.openRequest();
  const sent = conversation.messages.length;
  let said = "";
  try {
    const request = { messages: conversation.messages, tools: schemas, mustAnswer };
    const stream = client.request(request, open.signal);
    for (;;) {
      const step = await stream.next();
      if (step.done) {
        conversation.noteInput(step.value.usage?.input ?? 0, sent);
        return step.value;
      }
      const event = step.value;
      if (event.type === "text") said += event.delta;
      if ("error" in event) said = "";
      yield "error" in event ? { ...event, error: toWireError(event.error) } : event;
    }
  } catch (error) {
    if (!open.signal.aborted || control.stop.signal.aborted) throw error;
    conversation.addAssistant({ role: "assistant", content: said, toolCalls: [] });
    return null;
  }
}
