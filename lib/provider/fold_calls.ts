import type { ToolCall } from "../protocol/conversation.ts";
import { unusedId } from "./call_ids.ts";
import { CarriedFields } from "./carried_fields.ts";
import { argumentText, type Fields, idOf, indexOf, isObject, objectOf, stringOf } from "./loose_values.ts";
import { compactArguments, isJsonObject, readArguments } from "./json_arguments.ts";
import { withoutRepeats } from "./repeated_calls.ts";

/** One entry of `delta.tool_calls`, as loosely as servers write it. */
export interface WireCallDelta {
  readonly index?: unknown;
  readonly id?: unknown;
  readonly function?: unknown;
}

const CALL_FIELDS: ReadonlySet<string> = new Set([
  ...["index", "id", "type", "function", "name", "arguments"],
]);
const FUNCTION_FIELDS: ReadonlySet<string> = new Set(["name", "arguments"]);

interface OpenCall {
  readonly index: number | null;
  /** Began with a name that may as well be the name of the call before it once more: without arguments it is none. */
  readonly isDoubtful: boolean;
  id: string;
  name: string;
  arguments: string;
  readonly carried: CarriedFields;
  readonly ofFunction: CarriedFields;
}

/**
 * Puts tool calls together from deltas: interleaved by index, whole, in pieces, without index or id, or several
 * whole calls under one index. A call that comes once more is the same one.
 */
export class CallFold {
  readonly #calls: OpenCall[] = [];

  /** How many calls have begun. */
  get count(): number {
    return this.#calls.length;
  }

  /** Adds the calls of one chunk. Returns how many characters of arguments were added. */
  add(deltas: readonly WireCallDelta[]): number {
    const touched = new Set<OpenCall>();
    let added = 0;
    for (const delta of deltas) {
      const part = partOf(delta);
      const before = this.#find(part);
      const isApart = before !== undefined && part.index === null && part.name !== "" && touched.has(before);
      const call = before === undefined || isApart || beginsAnother(before, part)
        ? this.#open(part.index, !isApart && isDoubtful(before, part))
        : before;
      touched.add(call);
      call.id ||= part.id;
      call.name = longerName(call.name, part.name);
      call.arguments = longerArguments(call.arguments, part);
      carry(call, delta);
      added += part.args.length;
    }
    return added;
  }

  /** Adds the calls of a message that is whole, of which the deltas before it may have told. */
  addWhole(calls: readonly WireCallDelta[]): number {
    const told = new Set(this.#calls);
    let added = 0;
    for (const delta of calls) {
      const part = partOf(delta);
      const same = [...told].find((call) => isToldBy(call, part));
      if (same === undefined) {
        const call = this.#open(null, false);
        [call.id, call.name, call.arguments] = [part.id, part.name, part.args];
        carry(call, delta);
        added += part.args.length;
      } else {
        told.delete(same);
        same.id ||= part.id;
        if (!isJsonObject(same.arguments)) same.arguments = part.args;
        if (same.carried.fields === null && same.ofFunction.fields === null) carry(same, delta);
      }
    }
    return added;
  }

  /**
   * The complete calls in the order in which they began; `taken` are ids that may not come again. An absent or
   * used id is replaced by `newId`. Undefined when arguments came for a call that has no name.
   */
  end(taken: ReadonlySet<string>, newId: () => string): readonly ToolCall[] | undefined {
    const used = new Set(taken);
    const complete = this.#calls.filter((call) =>
      (call.name !== "" && !call.isDoubtful) || call.arguments.trim() !== ""
    );
    if (complete.some((call) => call.name === "")) return undefined;
    return withoutRepeats(complete, toolCallOf).map((call) => {
      call.id = unusedId(call.id, used, newId);
      return toolCallOf(call);
    });
  }

  /** What servers put beside their calls, by the ids that {@linkcode end} gave these. */
  get carried(): readonly (readonly [string, Fields])[] {
    return this.#calls.flatMap(({ id, carried, ofFunction }) => {
      const inner = ofFunction.fields;
      const fields = { ...carried.fields, ...(inner === null ? {} : { function: inner }) };
      return Object.keys(fields).length === 0 ? [] : [[id, fields] as const];
    });
  }

  #open(index: number | null, isDoubtful: boolean): OpenCall {
    const carried = {
      carried: new CarriedFields(CALL_FIELDS),
      ofFunction: new CarriedFields(FUNCTION_FIELDS),
    };
    const call = { index, isDoubtful, id: "", name: "", arguments: "", ...carried };
    this.#calls.push(call);
    return call;
  }

  /** The call to which a delta belongs, unless it begins another one. */
  #find({ index, id, name, args }: CallPart): OpenCall | undefined {
    const last = this.#calls.at(-1);
    if (index !== null) {
      const there = this.#calls.findLast((call) => call.index === index);
      if (there !== undefined || name !== "") return there;
      const isGoingOn = id === "" ? last?.index === null : last?.id === id;
      return isGoingOn && args !== "" ? last : undefined;
    }
    if (id === "") return last;
    return this.#calls.findLast((call) => call.id === id) ?? (name === "" ? last : undefined);
  }
}

interface CallPart {
  readonly index: number | null;
  readonly id: string;
  readonly name: string;
  readonly args: string;
}

/** A custom tool's input is no JSON; where it is called all the same, the tool says so. */
function partOf(delta: WireCallDelta): CallPart {
  const fields = delta as Fields; // as loosely as servers write it
  const custom = objectOf(fields.custom);
  const of =
    [objectOf(fields.function), fields, custom].find(({ name, arguments: args }) =>
      stringOf(name) !== "" || args !== undefined
    ) ?? {};
  return {
    index: indexOf(delta.index),
    id: idOf(delta.id),
    name: stringOf(of.name),
    args: argumentText(of.arguments ?? (of === custom ? custom.input : undefined)),
  };
}

function carry({ carried, ofFunction }: OpenCall, delta: WireCallDelta): void {
  carried.add(delta as Fields);
  ofFunction.add(objectOf(delta.function));
}

/** Whether a delta with a name cannot belong to the call that stands under its index or id. */
function beginsAnother(call: OpenCall, part: CallPart): boolean {
  if (part.name === "" || call.name === "") return false;
  const hasOtherId = part.id !== "" && call.id !== "" && part.id !== call.id;
  if (part.name !== call.name) {
    const isNamePiece = !hasOtherId && call.arguments.trim() === "" &&
      (part.index !== null || part.args.trim() === "");
    return !isNamePiece;
  }
  if (isDoubtful(call, part)) return true;
  const isComplete = isJsonObject(call.arguments);
  if (isComplete && part.args.trim() !== "") return true;
  return hasOtherId && (isComplete || call.arguments.trim() === "");
}

/** Whether a name without id and arguments, after a complete call of that name, leaves open what it is. */
function isDoubtful(call: OpenCall | undefined, part: CallPart): boolean {
  return call?.name === part.name && part.id === "" && part.args.trim() === "" &&
    isJsonObject(call.arguments);
}

/** A name in pieces, or repeated in each delta. */
function longerName(name: string, more: string): string {
  return more.startsWith(name) ? more : name + more;
}

/** Arguments that are complete do not go on: they come once more, or the first ones only stood for none. */
function longerArguments(before: string, { name, args }: CallPart): string {
  const isAgain = name === "" && args.trimStart().startsWith("{") && isJsonObject(before);
  return isAgain ? args : before + args;
}

/** Whether the call of a whole message is one that deltas have told of. */
function isToldBy(call: OpenCall, { id, name, args }: CallPart): boolean {
  if (call.name !== name) return false;
  if (id !== "" && call.id !== "") return id === call.id;
  return compactArguments(readArguments(call.arguments)) === compactArguments(readArguments(args));
}

function toolCallOf({ id, name, arguments: args }: OpenCall): ToolCall {
  return { id, name, arguments: readArguments(args) };
}

/** Whatever of a message's `tool_calls` or older `function_call` may be a call. */
export function callsOf({ tool_calls: calls, function_call: call }: Fields): readonly WireCallDelta[] {
  if (isObject(calls)) return (Array.isArray(calls) ? calls : [calls]).filter(isObject);
  return isObject(call) ? [{ index: 0, function: call }] : [];
}
