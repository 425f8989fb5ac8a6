import { SUMMARY_HEAD } from "../../protocol/summary_texts.ts";
import { FINISH, toolOf } from "./calls.ts";
import { parseCommands, type Step } from "./commands.ts";
import { readNotice } from "./notice_text.ts";
import type { OfflineRequest, WireMessage } from "./read_request.ts";

/** What the conversation asks of the model, and how far it has come. */
export interface Work {
  /** The model is a child: it was given a goal, and ends with `finish`. */
  readonly isChild: boolean;
  /** No tools are left: what there is must be handed over now. */
  readonly isHandover: boolean;
  /** In the order in which they came. */
  readonly items: readonly Item[];
}

/** A step to do, a notice to pass on, or a text that is no command. */
export type Item =
  | StepItem
  | { readonly kind: "notice"; readonly text: string }
  | { readonly kind: "stray"; readonly text: string; readonly fault: string; readonly isGoal: boolean };

/**
 * One step. `cut`: a wait that a message broke off; `earlier`: done in the part that a summary took the place of.
 * `results`: what its calls came to.
 */
export interface StepItem {
  readonly kind: "step";
  readonly step: Step;
  readonly state: "open" | "done" | "cut" | "earlier";
  readonly results: readonly string[];
}

/** What a child says when it begins a step that needs no tool; empty for the others. */
export function progressLine(step: Step): string {
  if (step.verb === "say") return `${step.text}\n`;
  return step.verb === "wait" ? `Waiting ${step.seconds} s\n` : "";
}

/** Reads the whole conversation anew: nothing is known but what stands in it. */
export function readWork(request: OfflineRequest): Work {
  const { messages, tools } = request;
  const goal = goalOf(messages, tools);
  const isChild = goal !== null;
  const reader = new WorkReader(goal);
  const since = isChild ? 0 : lastAnswer(messages) + 1;
  messages.slice(since).forEach((message, index, rest) => reader.read(message, rest.slice(index + 1)));
  const isHandover = tools.size === 0 && (isChild || reader.hasResults);
  const items = isHandover && messages.at(-1)?.role === "user" ? withoutPrompt(reader.items) : reader.items;
  return { isChild, isHandover, items };
}

/** How much of what was asked is settled: the number that a summary names, so that nothing is done again after it. */
export function countSettled({ messages, tools }: OfflineRequest): number {
  const goal = goalOf(messages, tools);
  const reader = new WorkReader(goal);
  const last = lastAnswer(messages);
  messages.forEach((message, index) => {
    reader.read(message, messages.slice(index + 1));
    if (goal === null && index === last) reader.answered();
  });
  return reader.settled;
}

/** The number that the summary in a message names; null when it is none. */
function settledBefore(content: string): number | null {
  if (!content.startsWith(SUMMARY_HEAD)) return null;
  const [, settled = "0"] = /^Settled so far: (\d+)$/m.exec(content) ?? [];
  return Number(settled);
}

/** The chat is answered from the last answer on; one with calls is not an answer yet. */
function lastAnswer(messages: readonly WireMessage[]): number {
  return messages.findLastIndex(({ role, calls }) => role === "assistant" && calls.length === 0);
}

/** The goal of a child stands last in its first message, so that no context can forge it. */
function goalOf(messages: readonly WireMessage[], tools: ReadonlySet<string>): string | null {
  const first =
    messages.find(({ role, content }) => role === "user" && settledBefore(content) === null)?.content ?? "";
  const start = first.startsWith("<goal>\n") ? 0 : first.lastIndexOf("\n<goal>\n") + 1;
  const isFenced = first.startsWith("<goal>\n", start) && first.trimEnd().endsWith("\n</goal>");
  if (isFenced && (tools.has(FINISH) || tools.size === 0)) {
    return first.trimEnd().slice(start + "<goal>\n".length, -"\n</goal>".length);
  }
  return tools.has(FINISH) ? first : null;
}

/** The hand-over is asked for in words that are no command; they are not one of the messages to report. */
function withoutPrompt(items: readonly Item[]): readonly Item[] {
  return items.at(-1)?.kind === "stray" ? items.slice(0, -1) : items;
}

/** Walks through a conversation and marks what was done of what was asked. */
class WorkReader {
  readonly #goal: string | null;
  readonly #items: Item[] = [];
  #next = 0;
  #isFirst = true;
  /** How many of the items to come a summary says are settled, and how many of them were left out. */
  #skip = 0;
  #leftOut = 0;
  #hasResults = false;

  constructor(goal: string | null) {
    this.#goal = goal;
  }

  get items(): readonly Item[] {
    return this.#items;
  }

  /** How many items are behind it, those that were left out included. */
  get settled(): number {
    return this.#leftOut + this.#next;
  }

  get hasResults(): boolean {
    return this.#hasResults;
  }

  /** Takes the next message; `rest` are those behind it. */
  read(message: WireMessage, rest: readonly WireMessage[]): void {
    if (message.role === "user") return this.#ask(message.content);
    if (message.role !== "assistant") return;
    const name = message.calls[0]?.name;
    if (name === undefined) return this.#brokenOff(message.content);
    if (name === FINISH) return this.#passUntil(this.#items.length);
    const results = message.calls.map(({ id }) => rest.find(({ callId }) => callId === id)?.content ?? "");
    this.#called(name, results);
  }

  /** An answer of the chat settles all that was asked before it. */
  answered(): void {
    this.#passUntil(this.#items.length);
  }

  #ask(content: string): void {
    const settled = settledBefore(content);
    if (settled !== null) {
      this.#skip = settled;
      return;
    }
    const isGoal = this.#goal !== null && this.#isFirst;
    this.#isFirst = false;
    const text = isGoal ? this.#goal ?? "" : content;
    const parsed = parseCommands(text);
    if ("steps" in parsed) {
      for (const step of parsed.steps) this.#add({ kind: "step", step, state: "open", results: [] });
      return;
    }
    const notice = isGoal ? null : readNotice(text);
    this.#add(
      notice === null
        ? { kind: "stray", text, fault: parsed.fault, isGoal }
        : { kind: "notice", text: notice },
    );
  }

  /** Of what a summary says is settled, only the steps of a child are still told of, in its last word. */
  #add(item: Item): void {
    if (this.#skip === 0) {
      this.#items.push(item);
      return;
    }
    this.#skip--;
    if (this.#goal === null || item.kind !== "step") this.#leftOut++;
    else this.#next = this.#items.push({ ...item, state: "earlier" });
  }

  #called(name: string, results: readonly string[]): void {
    const index = this.#items.findIndex((item, i) =>
      i >= this.#next && item.kind === "step" && toolOf(item.step) === name
    );
    const item = this.#items[index];
    if (item?.kind !== "step") return;
    if (this.#goal === null && results.some(isStopped)) return this.#forget();
    this.#passUntil(index);
    this.#items[index] = { ...item, state: "done", results };
    this.#next = index + 1;
    this.#hasResults = true;
  }

  /** A message broke the answer off: what was said is done, and a wait that had begun is over. */
  #brokenOff(said: string): void {
    let left = said;
    for (let index = this.#next; index < this.#items.length && left !== ""; index++) {
      const item = this.#items[index];
      if (item?.kind !== "step") continue;
      const line = progressLine(item.step);
      if (line === "" || !left.startsWith(line)) return;
      left = left.slice(line.length);
      const state = item.step.verb === "wait" && left === "" ? "cut" : "done";
      this.#items[index] = { ...item, state };
      this.#next = index + 1;
    }
  }

  /** The user stopped the turn: what was asked until then is not taken up again. */
  #forget(): void {
    this.#items.length = 0;
    this.#next = 0;
  }

  #passUntil(end: number): void {
    for (let index = this.#next; index < end; index++) {
      const item = this.#items[index];
      if (item?.kind === "step") this.#items[index] = { ...item, state: "done" };
    }
    this.#next = end;
  }
}

/** What the program answers to a call whose turn was stopped. */
function isStopped(result: string): boolean {
  return result.startsWith('{"error":{"code":"aborted"');
}
