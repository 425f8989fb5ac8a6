import type { ToolCall } from "../../lib/protocol/conversation.ts";
import type { ModelClient, ModelEvent, ModelReply, ModelRequest } from "../../lib/provider/provider.ts";

/** A model without a server: each request waits until the test says what it answers. */
export class PuppetModel implements ModelClient {
  readonly #lease: (signal: AbortSignal) => Promise<() => void>;
  #open: ((reply: ModelReply) => void) | null = null;
  #calls = 0;

  /** `lease` is waited for before each request; what it gives is called when that has ended. */
  constructor(lease: (signal: AbortSignal) => Promise<() => void> = () => Promise.resolve(() => {})) {
    this.#lease = lease;
  }

  /** Whether a request waits for an answer. */
  get isAsked(): boolean {
    return this.#open !== null;
  }

  /** Answers in text. */
  say(content: string): void {
    this.#answer(content, []);
  }

  /** Asks for these tools, by name and arguments. */
  call(...calls: readonly (readonly [name: string, args: unknown])[]): void {
    this.#answer(
      "",
      calls.map(([name, args]) => ({ id: `c${++this.#calls}`, name, arguments: JSON.stringify(args) })),
    );
  }

  async *request(_: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent, ModelReply> {
    const release = await this.#lease(signal);
    try {
      const reply = await this.#wait(signal);
      if (reply.message.content !== "") yield { type: "text", delta: `${reply.message.content}\n` };
      return reply;
    } finally {
      release();
    }
  }

  async #wait(signal: AbortSignal): Promise<ModelReply> {
    const { promise, resolve, reject } = Promise.withResolvers<ModelReply>();
    const onAbort = () => reject(signal.reason);
    signal.throwIfAborted();
    signal.addEventListener("abort", onAbort, { once: true });
    this.#open = resolve;
    try {
      return await promise;
    } finally {
      this.#open = null;
      signal.removeEventListener("abort", onAbort);
    }
  }

  #answer(content: string, toolCalls: readonly ToolCall[]): void {
    const finish = toolCalls.length === 0 ? "stop" : "tool_calls";
    this.#open?.({ message: { role: "assistant", content, toolCalls }, finish, usage: null });
    this.#open = null;
  }
}
