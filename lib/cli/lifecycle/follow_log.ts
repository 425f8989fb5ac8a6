import type { SessionEvent } from "../../protocol/events.ts";
import type { Message } from "../../protocol/conversation.ts";
import { snapshotOf } from "../../session/task_rows.ts";
import type { Store } from "../../store/store.ts";
import { callText } from "../render/call_text.ts";
import { progressLine } from "../render/progress_line.ts";
import { fit, oneLine, plainText } from "../render/text.ts";
import { resultText } from "./result_text.ts";

/** Of which task, and where to. */
export interface FollowLogOptions {
  readonly store: Store;
  readonly taskId: string;
  /** Before each line; empty where only one task is followed. */
  readonly prefix: string;
  readonly write: (text: string) => void;
  /** What was said before is left out. */
  readonly onlyNew: boolean;
}

const CALL_COLUMNS = 160;
/** The call by which a task ends: its summary is shown instead. */
const END = "finish";

/**
 * What a task says and does, for people: its text as it comes, its calls, what they came to, and its end. What happened
 * before anybody followed is read from its stored conversation, as are the results of calls.
 */
export class FollowLog {
  readonly #options: FollowLogOptions;
  /** How many messages of the conversation were seen to. */
  #seen = 0;
  readonly #calls = new Map<string, string>();
  /** Texts that were shown as they came, and are not yet found in the conversation. */
  readonly #said: string[] = [];
  #saying = "";
  #line = "";
  #last = "";
  /** The last text that was read from the conversation: it may still come, for the store may be faster. */
  #ahead = "";
  #mayBeBehind = false;

  constructor(options: FollowLogOptions) {
    this.#options = options;
    if (options.onlyNew) this.#seen = this.#conversation().length;
  }

  /** Takes what happened before: calls are read from the conversation, and the end comes last. */
  replay(events: Iterable<SessionEvent>): void {
    const all = [...events].filter(({ type }) => this.#options.onlyNew || !type.startsWith("tool."));
    const isEnd = ({ type }: SessionEvent) => type === "task.ended";
    for (const event of all) if (!isEnd(event)) this.#tell(event);
    this.#catchUp();
    for (const event of all) if (isEnd(event)) this.show(event);
  }

  /** Takes an event as it comes. */
  show(event: SessionEvent): void {
    if (event.type === "text.delta") return this.#say(event.delta);
    if (event.type === "task.progress") return;
    this.#turnText();
    if (event.type === "tool.started") {
      if (this.#mayBeBehind) this.#catchUp();
      if (this.#calls.has(event.call_id)) return;
      this.#calls.set(event.call_id, event.name);
      if (event.name === END) return;
    }
    if (event.type === "tool.ended") this.#mayBeBehind = true;
    if (event.type === "task.ended") this.end();
    this.#tell(event);
  }

  /** Shows what is left of a task that is over. */
  end(): void {
    this.#turnText();
    this.#catchUp();
    const task = this.#options.store.tasks.get(this.#options.taskId);
    const state = task === undefined ? null : snapshotOf(task).state;
    if (state?.status === "completed") this.#text(state.final.summary);
  }

  #say(delta: string): void {
    if (this.#mayBeBehind) this.#catchUp();
    const isShown = this.#ahead !== "" && this.#ahead.startsWith(delta);
    this.#ahead = isShown ? this.#ahead.slice(delta.length) : "";
    if (isShown) return;
    this.#saying += delta;
    const whole = this.#line + delta;
    const end = whole.lastIndexOf("\n") + 1;
    this.#line = whole.slice(end);
    if (end > 0) this.#lines(whole.slice(0, end - 1));
  }

  /** The agent goes on with something else. */
  #turnText(): void {
    if (this.#line !== "") this.#lines(this.#line);
    if (this.#saying.trim() !== "") this.#said.push(this.#last = this.#saying.trim());
    this.#line = this.#saying = "";
  }

  #catchUp(): void {
    this.#mayBeBehind = false;
    const messages = this.#conversation();
    for (const [index, message] of messages.entries()) {
      if (index >= this.#seen) this.#message(message, index < 2);
    }
    this.#seen = Math.max(this.#seen, messages.length);
  }

  #conversation(): readonly Message[] {
    const { store, taskId } = this.#options;
    const task = store.tasks.get(taskId);
    return task === undefined ? [] : store.conversation(task.sessionId, taskId);
  }

  #message(message: Message, isBrief: boolean): void {
    switch (message.role) {
      case "system":
        return;
      case "user":
        if (!isBrief) this.#lines(message.content.split("\n").map((line) => `> ${line}`).join("\n"));
        return;
      case "assistant":
        this.#stored(message.content);
        for (const { id, name, arguments: given } of message.toolCalls) {
          if (!this.#calls.has(id) && name !== END) this.#call(callText(name, given));
          this.#calls.set(id, name);
        }
        return;
      case "tool":
        if (this.#calls.get(message.callId) !== END) this.#lines(resultText(message.content));
        return;
      default:
        message satisfies never;
    }
  }

  /** A text of the conversation, unless it was shown as it came, or the end of it was. */
  #stored(content: string): void {
    const at = this.#said.findIndex((said) => content.trim().endsWith(said));
    if (at >= 0) this.#said.splice(at, 1);
    else this.#text(content);
    this.#ahead = at >= 0 ? "" : content;
  }

  #text(content: string): void {
    const text = content.trim();
    if (text === "" || text === this.#last) return;
    this.#last = text;
    this.#lines(text);
  }

  #tell(event: SessionEvent): void {
    const line = progressLine(event);
    if (line !== null) this.#options.write(`${line}\n`);
  }

  /** As the events tell of it. */
  #call(words: string): void {
    this.#options.write(`${fit(oneLine(`${this.#options.taskId} ${words}`), CALL_COLUMNS)}\n`);
  }

  #lines(text: string): void {
    if (text === "") return;
    const { prefix, write } = this.#options;
    write(plainText(text).split("\n").map((line) => `${prefix}${line}\n`).join(""));
  }
}
