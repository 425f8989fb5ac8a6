import type { ToolCall } from "../protocol/conversation.ts";
import { CarriedFields } from "./carried_fields.ts";
import { argumentText, type Fields, objectOf, stringOf } from "./loose_values.ts";
import { isJsonObject } from "./json_arguments.ts";

/** One entry of `delta.tool_calls`, as loosely as servers write it. */
export interface WireCallDelta {
  readonly index?: unknown;
  readonly id?: unknown;
  readonly function?: { readonly name?: unknown; readonly arguments?: unknown } | null;
}

const CALL_FIELDS: ReadonlySet<string> = new Set(["index", "id", "type", "function"]);
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
 * whole calls under one index. A name is taken whole from the first delta that has one, as some servers repeat it.
 */
export class CallFold {
  readonly #calls: OpenCall[] = [];

  /** Adds the calls of one chunk. Returns how many characters of arguments were added. */
  add(deltas: readonly WireCallDelta[]): number {
    const touched = new Set<OpenCall>();
    let added = 0;
    for (const delta of deltas) {
      const part = {
        id: stringOf(delta.id),
        name: stringOf(delta.function?.name),
        args: argumentText(delta.function?.arguments),
      };
      const index = typeof delta.index === "number" ? delta.index : null;
      const before = this.#find(index, part);
      const isApart = before !== undefined && index === null && part.name !== "" && touched.has(before);
      const call = before === undefined || isApart || beginsAnother(before, part)
        ? this.#open(index, !isApart && isDoubtful(before, part))
        : before;
      touched.add(call);
      call.id ||= part.id;
      call.name ||= part.name;
      call.arguments += part.args;
      call.carried.add(delta as Fields); // as loosely as servers write it
      call.ofFunction.add(objectOf(delta.function));
      added += part.args.length;
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
    return complete.map((call) => {
      let id = call.id;
      while (id === "" || used.has(id)) id = newId();
      used.add(call.id = id);
      return { id, name: call.name, arguments: call.arguments.trim() === "" ? "{}" : call.arguments };
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
  #find(index: number | null, part: CallPart): OpenCall | undefined {
    if (index !== null) return this.#calls.findLast((call) => call.index === index);
    const last = this.#calls.at(-1);
    if (part.id === "") return last;
    return this.#calls.findLast((call) => call.id === part.id) ?? (part.name === "" ? last : undefined);
  }
}

interface CallPart {
  readonly id: string;
  readonly name: string;
  readonly args: string;
}

/** Whether a delta with a name cannot belong to the call that stands under its index or id. */
function beginsAnother(call: OpenCall, part: CallPart): boolean {
  if (part.name === "" || call.name === "") return false;
  if (part.name !== call.name || isDoubtful(call, part)) return true;
  const isComplete = isJsonObject(call.arguments);
  if (isComplete && part.args.trim() !== "") return true;
  const hasOtherId = part.id !== "" && call.id !== "" && part.id !== call.id;
  return hasOtherId && (isComplete || call.arguments.trim() === "");
}

/** Whether a name without id and arguments, after a complete call of that name, leaves open what it is. */
function isDoubtful(call: OpenCall | undefined, part: CallPart): boolean {
  return call?.name === part.name && part.id === "" && part.args.trim() === "" &&
    isJsonObject(call.arguments);
}
