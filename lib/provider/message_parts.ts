import type { AssistantMessage, ToolCall } from "../protocol/conversation.ts";

/** Where a part of a message stood: so many characters of its text, or a call. */
export interface PartPlace {
  readonly chars?: unknown;
  readonly callId?: unknown;
}

/** Hands out the parts of a message, its text in pieces and its calls, each once; blank text is none. */
export class MessageParts {
  #text: string;
  readonly #calls: ToolCall[];

  constructor({ content, toolCalls }: Pick<AssistantMessage, "content" | "toolCalls">) {
    this.#text = content;
    this.#calls = [...toolCalls];
  }

  /** The part that stood at a place; null when there is none any more. */
  take({ chars, callId }: PartPlace): string | ToolCall | null {
    if (callId !== undefined) {
      const at = this.#calls.findIndex(({ id }) => id === callId);
      return at < 0 ? null : this.#calls.splice(at, 1)[0] ?? null;
    }
    const count = typeof chars === "number" ? chars : 0;
    const text = this.#text.slice(0, count);
    this.#text = this.#text.slice(count);
    return text.trim() === "" ? null : text;
  }

  /** What was not taken. */
  rest(): readonly (string | ToolCall)[] {
    return [...(this.#text.trim() === "" ? [] : [this.#text]), ...this.#calls];
  }
}
