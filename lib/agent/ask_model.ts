import type { AgentEvent, CompactedEvent } from "../protocol/agent_events.ts";
import type { ModelReply } from "../provider/provider.ts";
import { ProviderError, toWireError } from "../support/errors.ts";
import type { CompactEnd, CompactWork } from "./compact.ts";
import { isFull } from "./context_size.ts";

/** One request of a loop, and whom to tell when the conversation was compacted for it. */
export interface Asking extends CompactWork {
  readonly onCompacted: () => void;
}

/**
 * Asks the model, in a conversation that is compacted first when it is full, and once more when the provider says that it
 * is too long. Null when a message or a hand-over cut a request short; what was said until then is kept.
 */
export async function* askModel(asking: Asking): AsyncGenerator<AgentEvent, ModelReply | null> {
  try {
    if (isFull(asking) && (yield* shorten(asking, "full")) === "interrupted") return null;
    return yield* askOnce(asking);
  } catch (error) {
    if (!(error instanceof ProviderError) || error.code !== "context_length") throw error;
    const end = yield* shorten(asking, "refused");
    if (end === "nothing") throw error;
    if (end === "interrupted") return null;
    return yield* askOnce(asking);
  }
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
  { client, conversation, control, schemas }: Asking,
): AsyncGenerator<AgentEvent, ModelReply | null> {
  using open = control.openRequest();
  const sent = conversation.messages.length;
  let said = "";
  try {
    const stream = client.request({ messages: conversation.messages, tools: schemas }, open.signal);
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
