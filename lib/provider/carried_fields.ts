import { type Fields, isObject, stringOf } from "./loose_values.ts";

/** Fields that name what something is and so are repeated rather than continued. */
const WHOLE = new Set(["type", "format", "id", "signature", "name"]);

/**
 * Collects the fields that a server puts beside the ones of the protocol, over all deltas of one message or call: text
 * goes on where it stood, entries of a list go on in the entry with their index, the rest is what came last.
 */
export class CarriedFields {
  readonly #known: ReadonlySet<string>;
  readonly #fields: Record<string, unknown> = {};

  /** `known` are the fields of the protocol, and those that say something to people only. */
  constructor(known: ReadonlySet<string>) {
    this.#known = known;
  }

  /** Takes in what of a delta nobody here reads; a number or a flag is news of the answer, not a part of it. */
  add(delta: Fields): void {
    for (const [name, value] of Object.entries(delta)) {
      const isCarried = typeof value === "string" || isObject(value) || Array.isArray(value);
      if (isCarried && !this.#known.has(name)) this.#fields[name] = merged(name, this.#fields[name], value);
    }
  }

  /** What is worth sending back; null: nothing. */
  get fields(): Fields | null {
    const worth = Object.entries(this.#fields).filter(([, value]) => !isEmpty(value));
    return worth.length === 0 ? null : Object.fromEntries(worth);
  }
}

function merged(name: string, before: unknown, value: unknown): unknown {
  if (typeof value === "string") {
    return WHOLE.has(name) ? value || before : typeof before === "string" ? before + value : value;
  }
  if (Array.isArray(value)) return withEntries(Array.isArray(before) ? before : [], value);
  if (isObject(value)) return withFields(isObject(before) ? before : {}, value, replaced);
  return value ?? before;
}

/** An object is told of whole, perhaps more than once. */
function replaced(_name: string, before: unknown, value: unknown): unknown {
  if (isObject(value) && !Array.isArray(value)) {
    return withFields(isObject(before) ? before : {}, value, replaced);
  }
  return value === "" || value === null ? before ?? value : value;
}

function withFields(
  before: Fields,
  fields: Fields,
  merge: (name: string, before: unknown, value: unknown) => unknown,
): Fields {
  const news = Object.entries(fields).map(([name, value]) =>
    [name, merge(name, before[name], value)] as const
  );
  return { ...before, ...Object.fromEntries(news) };
}

/** Entries that come together are apart, whatever they look like. */
function withEntries(before: readonly unknown[], entries: readonly unknown[]): readonly unknown[] {
  const all = [...before];
  for (const entry of entries) {
    const at = isObject(entry) ? before.findLastIndex((each) => isObject(each) && goesOn(each, entry)) : -1;
    const open = all[at];
    if (isObject(entry) && isObject(open)) all[at] = withFields(open, entry, merged);
    else all.push(entry);
  }
  return all;
}

/** Whether an entry is the next piece of one before it: of the same kind, at the same index, and that one not closed. */
function goesOn(before: Fields, entry: Fields): boolean {
  if (before.type !== entry.type || before.index !== entry.index) return false;
  const isOther = stringOf(before.id) !== "" && stringOf(entry.id) !== "" && before.id !== entry.id;
  if (isOther || stringOf(before.signature) !== "") return false;
  return typeof entry.index === "number" || stringOf(entry.data) === "";
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) ? Object.keys(value).length === 0 : value === "";
}
