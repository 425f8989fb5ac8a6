import { type Steps, TooMuch } from "./steps.ts";
import { headOf } from "../../support/cut_text.ts";

/** An object of JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** How deep a schema or a result may be nested: every level takes room on the stack. */
export const MOST_LEVELS = 200;
/** The characters of a place that are shown. */
const PLACE_CHARS = 80;

/** Whether a value is an object of JSON. */
export function isRecord(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Throws {@linkcode TooMuch} for data that is nested too deep. */
export function assertShallow(value: unknown, steps: Steps): void {
  const todo: { readonly value: unknown; readonly place: string; readonly level: number }[] = [
    { value, place: "#", level: 0 },
  ];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    steps.take();
    if (typeof next.value !== "object" || next.value === null) continue;
    if (next.level > MOST_LEVELS) {
      throw new TooMuch(`${shortPlace(next.place)}: it is nested more than ${MOST_LEVELS} levels deep`);
    }
    const entries = Object.entries(next.value);
    steps.take(entries.length);
    for (const [key, inner] of entries) {
      if (typeof inner !== "object" || inner === null) continue;
      const place = next.place.length > PLACE_CHARS ? next.place : `${next.place}/${key}`;
      todo.push({ value: inner, place, level: next.level + 1 });
    }
  }
}

/** The same text for values that are equal in JSON Schema's sense: the order of keys does not count. */
export function sortedJson(value: unknown, steps: Steps): string {
  steps.take();
  if (Array.isArray(value)) return `[${value.map((each) => sortedJson(each, steps)).join(",")}]`;
  if (!isRecord(value)) {
    const text = JSON.stringify(value);
    steps.take(Math.ceil(text.length / 100));
    return text;
  }
  const entries = Object.keys(value).sort().map((key) =>
    `${JSON.stringify(key)}:${sortedJson(value[key], steps)}`
  );
  return `{${entries.join(",")}}`;
}

/** A place as it is shown: its beginning, when it is long. */
export function shortPlace(place: string): string {
  return place.length <= PLACE_CHARS ? place : `${headOf(place, PLACE_CHARS)}…`;
}
