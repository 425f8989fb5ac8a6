import type { ToolCall } from "../protocol/conversation.ts";
import type { CallIds } from "./answer_fold.ts";
import { unusedId } from "./call_ids.ts";
import { readArguments } from "./json_arguments.ts";
import { argumentText, type Fields, indexOf, isObject, objectOf, stringOf, textOf } from "./loose_values.ts";
import { withoutRepeats } from "./repeated_calls.ts";

/** The items that an answer is made of; others, such as a server's own searches, are skipped. */
export type ItemKind = "message" | "reasoning" | "function_call";

interface Item {
  readonly kind: ItemKind;
  readonly index: number | null;
  id: string;
  /** It came whole. */
  isDone: boolean;
  /** What came in pieces: text, reasoning, or arguments. */
  streamed: string;
  /** The same as it came whole; "" until then. */
  whole: string;
  /** The part of it that came last, for the gap between two. */
  part: number | null;
  callId: string;
  name: string;
  /** As the server wrote it when it was whole. */
  raw: Fields;
}

/**
 * Puts the output items of a Responses answer together: in pieces, whole, or both, with or without index and id, as some
 * gateways send another id in each event and some none. Pieces go before what comes whole, as people have seen them.
 */
export class ItemFold {
  #items: Item[] = [];
  #chars = 0;

  /** Characters of all that came. */
  get chars(): number {
    return this.#chars;
  }

  /** How many items have begun. */
  get count(): number {
    return this.#items.length;
  }

  /** An item begins; what it holds already is repeated when it is whole. */
  begin(event: Fields): void {
    const raw = objectOf(event.item);
    const kind = kindOf(raw);
    if (kind === null) return;
    const id = stringOf(raw.id);
    const same = this.#items.findLast((item) => item.kind === kind && isAt(item, event, id));
    const item = same ?? this.#open(kind, event, id);
    note(item, raw);
  }

  /** A piece of an item; returns what is new of it to see. */
  piece(kind: ItemKind, event: Fields): string {
    const delta = kind === "function_call" ? argumentText(event.delta) : textOf(event.delta);
    if (delta === "") return "";
    const item = this.#find(kind, event) ?? this.#open(kind, event, stringOf(event.item_id));
    const part = [event.summary_index, event.content_index].find((each) => typeof each === "number");
    const isNext = kind === "reasoning" && item.part !== null && typeof part === "number" &&
      part !== item.part;
    if (typeof part === "number") item.part = part;
    const added = isNext && item.streamed !== "" ? `\n\n${delta}` : delta;
    item.streamed += added;
    this.#chars += added.length;
    return added;
  }

  /** A part of an item is whole; returns what is new of it to see: all of it where no piece has come. */
  part(kind: ItemKind, event: Fields): string {
    const isKnown = (this.#find(kind, event)?.streamed ?? "") !== "";
    return isKnown ? "" : this.piece(kind, { ...event, delta: textOf(event.text ?? event.refusal) });
  }

  /** The arguments of a call are whole. */
  argumentsDone(event: Fields): void {
    const item = this.#find("function_call", event) ??
      this.#open("function_call", event, stringOf(event.item_id));
    this.#complete(item, { name: event.name, arguments: event.arguments });
    item.isDone = false; // the item itself is still to come
  }

  /** An item is whole; returns its kind and what of it was not seen before. */
  done(event: Fields): { readonly kind: ItemKind; readonly rest: string } | null {
    const raw = objectOf(event.item);
    const kind = kindOf(raw);
    if (kind === null) return null;
    const place = { ...event, item_id: raw.id ?? event.item_id };
    const item = this.#find(kind, place) ?? this.#open(kind, place, stringOf(place.item_id));
    item.isDone = true;
    return { kind, rest: this.#complete(item, raw) };
  }

  /** The answer is whole: its output completes what came, the nth item of a kind the nth. Returns what was not seen before. */
  output(output: readonly unknown[]): readonly { readonly kind: ItemKind; readonly rest: string }[] {
    const before = new Map(Object.entries(Object.groupBy(this.#items, ({ kind }) => kind)));
    const ordered: Item[] = [];
    const news = output.filter(isObject).flatMap((raw) => {
      const kind = kindOf(raw);
      if (kind === null) return [];
      const item = before.get(kind)?.shift() ?? newItem(kind, null, stringOf(raw.id));
      ordered.push(item);
      return [{ kind, rest: this.#complete(item, raw) }];
    });
    this.#items = [...ordered, ...this.#items.filter((item) => !ordered.includes(item))];
    return news;
  }

  /** All texts, or all reasoning. */
  text(kind: "message" | "reasoning"): string {
    const texts = this.#items.filter((item) => item.kind === kind).map(contentOf);
    return texts.filter((each) => each !== "").join(kind === "message" ? "" : "\n\n");
  }

  /** The calls in their order, each under an id of its own; undefined when one has no name. */
  calls({ taken, newId }: CallIds): readonly ToolCall[] | undefined {
    const used = new Set(taken);
    const calls = this.#items.filter((item) =>
      item.kind === "function_call" && (item.name !== "" || contentOf(item).trim() !== "")
    );
    if (calls.some(({ name }) => name === "")) return undefined;
    const once = new Set(withoutRepeats(calls, toolCallOf));
    this.#items = this.#items.filter((item) => once.has(item) || !calls.includes(item));
    return [...once].map((item) => {
      item.callId = unusedId(item.callId || item.id, used, newId);
      return toolCallOf(item);
    });
  }

  /**
   * The order of the items, once {@linkcode calls} named them, with the reasoning that its server can read again; empty
   * where that says nothing which the message does not.
   */
  get carried(): readonly Fields[] {
    const isWorth = this.#items.some((item) => isResendable(item) || stringOf(item.raw.phase) !== "");
    return isWorth ? this.#items.flatMap(placeOf) : [];
  }

  #open(kind: ItemKind, event: Fields, id: string): Item {
    const item = newItem(kind, indexOf(event.output_index), id);
    this.#items.push(item);
    return item;
  }

  /** The item that an event is about, by both marks, by one of them, or the last that is not whole. */
  #find(kind: ItemKind, event: Fields): Item | undefined {
    const id = stringOf(event.item_id);
    const index = indexOf(event.output_index);
    const all = this.#items.filter((item) => item.kind === kind);
    const open = all.filter((item) => !item.isDone);
    return all.findLast((item) => isAt(item, event, id)) ??
      (id === "" ? undefined : open.findLast((item) => item.id === id)) ??
      (index === null ? undefined : open.findLast((item) => item.index === index)) ??
      open.findLast((item) => (id === "" || item.id === "") && (index === null || item.index === null));
  }

  #complete(item: Item, raw: Fields): string {
    note(item, raw);
    if (!isResendable(item)) item.raw = raw;
    const { streamed, whole } = item;
    if (!whole.startsWith(streamed) || whole.length === streamed.length) return "";
    this.#chars += whole.length - streamed.length;
    item.streamed = whole;
    return whole.slice(streamed.length);
  }
}

function newItem(kind: ItemKind, index: number | null, id: string): Item {
  const nothing = { streamed: "", whole: "", part: null, callId: "", name: "", raw: {} };
  return { kind, index, id, isDone: false, ...nothing };
}

function kindOf({ type }: Fields): ItemKind | null {
  return type === "message" || type === "reasoning" || type === "function_call" ? type : null;
}

/** Whether an event with both marks names this item. */
function isAt(item: Item, event: Fields, id: string): boolean {
  return id !== "" && item.id === id && item.index !== null && item.index === indexOf(event.output_index);
}

/** Takes in what a server wrote of an item, as far as it says more. */
function note(item: Item, raw: Fields): void {
  item.callId ||= stringOf(raw.call_id);
  item.name ||= stringOf(raw.name);
  item.whole = wholeOf(item.kind, raw) || item.whole;
}

function wholeOf(kind: ItemKind, raw: Fields): string {
  if (kind === "function_call") return argumentText(raw.arguments);
  if (kind === "reasoning") return partsOf(raw.summary).join("\n\n") || partsOf(raw.content).join("\n\n");
  return typeof raw.content === "string" ? raw.content : partsOf(raw.content).join("");
}

/** The texts of a list of parts; a refusal is text that people see. */
function partsOf(parts: unknown): readonly string[] {
  return (Array.isArray(parts) ? parts : []).map(objectOf).map((part) =>
    textOf(part.text) + stringOf(part.refusal)
  );
}

/** What people saw; the arguments of a call are better taken whole. */
function contentOf({ kind, streamed, whole }: Item): string {
  return kind === "function_call" ? whole || streamed : streamed || whole;
}

function toolCallOf(item: Item): ToolCall {
  return { id: item.callId, name: item.name, arguments: readArguments(contentOf(item)) };
}

/** Nothing is stored at the server, so reasoning that does not hold itself is of no use to it. */
function isResendable({ kind, raw }: Item): boolean {
  if (kind !== "reasoning") return false;
  return stringOf(raw.encrypted_content) !== "" || (Array.isArray(raw.content) && raw.content.length > 0);
}

function placeOf(item: Item): readonly Fields[] {
  if (item.kind === "reasoning") return isResendable(item) ? [item.raw] : [];
  if (item.kind === "function_call") return [{ type: item.kind, call_id: item.callId }];
  const phase = stringOf(item.raw.phase);
  return [{ type: item.kind, chars: contentOf(item).length, ...(phase === "" ? {} : { phase }) }];
}
