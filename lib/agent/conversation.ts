import type { AssistantMessage, Message, ToolMessage } from "../protocol/conversation.ts";

/** What a call gets that had not ended when its turn was stopped, so that the conversation stays valid. */
export const ABORTED = JSON.stringify({
  error: { code: "aborted", message: "The turn was stopped before this call ended" },
});

/**
 * The messages of one agent, valid at every moment between two calls of its methods:
 * each call of an assistant message is answered exactly once before anything else follows.
 */
export class Conversation {
  readonly #messages: Message[];
  #open: string[] = [];

  /** Starts with `messages`, taken as they are. */
  constructor(messages: readonly Message[]) {
    this.#messages = [...messages];
  }

  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** Adds a user message; empty ones are left out. Calls still open are answered as aborted first. */
  addUser(content: string): void {
    if (content === "") return;
    this.closeOpenCalls();
    this.#messages.push({ role: "user", content });
  }

  /** Adds what the model said; an assistant message with neither text nor calls is left out. */
  addAssistant(message: AssistantMessage): void {
    if (message.content === "" && message.toolCalls.length === 0) return;
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

  /** Answers every call that is still open as aborted. */
  closeOpenCalls(): void {
    for (const callId of this.#open.splice(0)) {
      this.#messages.push({ role: "tool", callId, content: ABORTED });
    }
  }
}
