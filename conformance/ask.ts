import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Call, ChatBody } from "./wire.ts";

/** One request of a model, held open until one of the verbs answers it. */
export class Ask {
  readonly body: ChatBody;
  /** Resolves when the client went away before it had its answer. */
  readonly gone: Promise<void>;
  readonly #response: ServerResponse;
  #isOpen = true;

  constructor(body: ChatBody, response: ServerResponse) {
    this.body = body;
    this.#response = response;
    this.gone = new Promise((resolve) => {
      response.once("close", () => {
        if (response.writableFinished) return;
        this.#isOpen = false;
        resolve();
      });
    });
  }

  /** Whether it still waits for its answer. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Answers in words. `finish`: why the answer ends; null breaks the stream off without saying so. */
  says(text: string, finish: string | null = "stop"): void {
    this.#stream(text === "" ? [] : [{ content: text }], finish);
  }

  /** Answers with tool calls, in one turn. */
  calls(asked: readonly Call[]): void {
    const whole = asked.map(({ name, args }, index) => ({
      index,
      id: `call_${randomUUID()}`,
      type: "function",
      function: { name, arguments: JSON.stringify(args) },
    }));
    this.#stream(whole.map((call) => ({ tool_calls: [call] })), "tool_calls");
  }

  /** Refuses with an HTTP status. */
  refuses(status: number, message: string): void {
    this.#isOpen = false;
    this.#response.writeHead(status, { "content-type": "application/json" });
    this.#response.end(JSON.stringify({ error: { message, type: "invalid_request_error" } }));
  }

  #stream(deltas: readonly object[], finish: string | null): void {
    this.#isOpen = false;
    const response = this.#response;
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    for (const delta of [{ role: "assistant", content: "" }, ...deltas]) response.write(line(chunk(delta)));
    if (finish === null) return void response.end();
    response.write(line(chunk({}, finish)));
    response.write(line({ ...chunk({}), choices: [], usage: USAGE }));
    response.end("data: [DONE]\n\n");
  }
}

const USAGE = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };

function line(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function chunk(delta: object, finish: string | null = null): object {
  return {
    id: "chatcmpl-scripted",
    object: "chat.completion.chunk",
    created: 0,
    model: "scripted-model",
    choices: [{ index: 0, delta, finish_reason: finish }],
  };
}
