import assert from "node:assert/strict";
import { type Answer, answerTo } from "../../../lib/provider/offline/answer.ts";
import type { Call } from "../../../lib/provider/offline/calls.ts";
import { readRequest } from "../../../lib/provider/offline/read_request.ts";

/** Tools of a child with the usual toolsets. */
export const CHILD_TOOLS = ["read_file", "write_file", "terminal", "ask_parent", "finish"];
/** Tools of a chat. */
export const CHAT_TOOLS = [
  "read_file",
  "write_file",
  "terminal",
  "delegate_task",
  "delegate_task_async",
  "check_task",
  "collect_task",
  "cancel_task",
  "steer_task",
  "list_tasks",
];

/** A conversation with the offline model, kept as a client keeps it. */
export class Talk {
  readonly #messages: object[] = [{ role: "system", content: "You are hermes." }];
  readonly #tools: readonly string[];
  #calls = 0;

  constructor(tools: readonly string[], first: string) {
    this.#tools = tools;
    this.user(first);
  }

  user(content: string): void {
    this.#messages.push({ role: "user", content });
  }

  /** What was said of an answer that was broken off. */
  brokenOff(content: string): void {
    this.#messages.push({ role: "assistant", content });
  }

  /** The next answer, which is kept. `handOver`: no tools are offered. */
  next(
    options: { readonly handOver?: boolean } = {},
  ): { readonly text: string; readonly waits: number[]; readonly calls: readonly Call[] } {
    const answer = answerTo(readRequest(this.body(options.handOver === true ? [] : this.#tools)));
    const content = textOf(answer);
    const calls = answer.calls.map(({ name, args }, index) => ({
      id: `c${this.#calls + index}`,
      type: "function",
      function: { name, arguments: JSON.stringify(args) },
    }));
    this.#messages.push({ role: "assistant", content, ...(calls.length === 0 ? {} : { tool_calls: calls }) });
    const waits = answer.parts.flatMap((part) => "waitS" in part ? [part.waitS] : []);
    return { text: content, waits, calls: answer.calls };
  }

  /** Answers the calls of the last answer in order. */
  results(...contents: readonly unknown[]): void {
    for (const content of contents) {
      const text = typeof content === "string" ? content : JSON.stringify(content);
      this.#messages.push({ role: "tool", tool_call_id: `c${this.#calls++}`, content: text });
    }
  }

  /** Expects one call and answers it. */
  work(call: Call, result: unknown): void {
    assert.deepEqual(this.next().calls, [call]);
    this.results(result);
  }

  body(tools = this.#tools): string {
    return JSON.stringify({
      model: "offline",
      messages: this.#messages,
      ...(tools.length === 0
        ? {}
        : { tools: tools.map((name) => ({ type: "function", function: { name } })) }),
    });
  }
}

/** A child's first message, as the program writes it. */
export function brief(goal: string, context = ""): string {
  return `${context === "" ? "" : `<context>\n${context}\n</context>\n\n`}<goal>\n${goal}\n</goal>`;
}

function textOf({ parts }: Answer): string {
  return parts.map((part) => "text" in part ? part.text : "").join("");
}
