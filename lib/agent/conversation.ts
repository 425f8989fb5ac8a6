import type { AssistantMessage, ConversationUpdate, Message, ToolMessage } from "../protocol/conversation.ts";

/** What a call gets that had not ended when its turn was stopped, so that the conversation stays valid. */
export const ABORTED = JSON.stringify({
  error: { code: "aborted", message: "The turn was stopped before this call ended" },
});

/** What a call gets whose host died while it ran, so that nobody takes it for done or for not done. */
export const OUTCOME_UNKNOWN = JSON.stringify({
  error: {
    code: "outcome_unknown",
    message: "The program died while this call ran: it may or may not have taken effect",
    hint: "Look at what is there before you repeat it",
  },
});

/** What a question gets whose host ended before the answer came: nothing happened, so it can be asked again. */
const NOT_ANSWERED = JSON.stringify({
  error: {
    code: "not_answered",
    message: "The program ended before an answer came",
    hint: "Ask again if the answer still matters",
  },
});

/** What a call of `tool` gets that was open when its host ended. */
export function lostCall(tool: string): string {
  return tool === "ask_parent" ? NOT_ANSWERED : OUTCOME_UNKNOWN;
}

/** So many tokens the first `upTo` messages had, with the tools, when they were sent. */
export interface ReportedInput {
  readonly tokens: number;
  readonly upTo: number;
}

/**
 * The messages of one agent, valid at every moment between two calls of its methods:
 * each call of an assistant message is answered exactly once before anything else follows.
 */
export class Conversation {
  #messages: Message[];
  #open: string[];
  /** How many of the first messages are stored as they are. */
  #stored: number;
  #reported: ReportedInput | null = null;

  /** Starts with `messages`, taken as they are; calls of the last of them may be open. `stored` of them are stored. */
  constructor(messages: readonly Message[], { stored = 0 }: { readonly stored?: number } = {}) {
    this.#messages = [...messages];
    this.#open = openCalls(messages);
    this.#stored = stored;
  }

  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** What was last noted of its tokens; null when nothing was, or all of it has changed since. */
  get reported(): ReportedInput | null {
    return this.#reported;
  }

  /** Notes the tokens that the first `upTo` messages had in a request; 0 are none that were reported. */
  noteInput(tokens: number, upTo: number): void {
    if (tokens > 0) this.#reported = { tokens, upTo };
  }

  /** Adds a user message; blank ones are left out. Calls still open are answered as aborted first. */
  addUser(content: string): void {
    if (content.trim() === "") return;
    this.closeOpenCalls();
    this.#messages.push({ role: "user", content });
  }

  /** Adds what the model said; an assistant message with neither text nor calls is left out. */
  addAssistant(message: AssistantMessage): void {
    if (message.content.trim() === "" && message.toolCalls.length === 0) return;
    this.closeOpenCalls();
    this.#messages.push(message);
    this.#open = message.toolCalls.map((call) => call.id);
  }

  /** Answers an open call; results must come in the order of the calls. */
  addToolResult(result: ToolMessage): void {
    const expected = this.#open.shift();
    if (expected !== result.callId) {
      throw new TypeError(
        `The result of call ${result.callId} is out of order: ${expected ?? "no call"} is open`,
      );
    }
    this.#messages.push(result);
  }

  /** Answers every call that is still open with what `answer` says for its tool; as aborted unless told otherwise. */
  closeOpenCalls(answer: (tool: string) => string = () => ABORTED): void {
    const asked = this.#messages.findLast((message) => message.role === "assistant");
    for (const callId of this.#open.splice(0)) {
      const tool = asked?.toolCalls.find(({ id }) => id === callId)?.name ?? "";
      this.#messages.push({ role: "tool", callId, content: answer(tool) });
    }
  }

  /** Puts a valid conversation in its place; what stays the same at the begin stays stored. No call may be open. */
  replace(messages: readonly Message[]): void {
    if (this.#open.length > 0) throw new TypeError("The conversation was replaced while a call was open");
    const changed = messages.findIndex((message, index) => message !== this.#messages[index]);
    const same = changed < 0 ? messages.length - 1 : changed; // so that a mere cut is an update too
    this.#messages = [...messages];
    this.#open = openCalls(messages);
    this.#stored = Math.min(this.#stored, same);
    this.#reported = null;
  }

  /** What changed since the last call, which from now on counts as stored; null: nothing. */
  takeUpdate(): ConversationUpdate | null {
    const { length } = this.#messages;
    if (this.#stored === length) return null;
    const update = { from: this.#stored, messages: this.#messages.slice(this.#stored) };
    this.#stored = length;
    return update;
  }
}

/** The calls of the last assistant message that have no result yet. */
function openCalls(messages: readonly Message[]): string[] {
  const last = messages.findLastIndex(({ role }) => role !== "tool");
  const asked = messages[last];
  if (asked?.role !== "assistant") return [];
  return asked.toolCalls.slice(messages.length - last - 1).map((call) => call.id);
}
