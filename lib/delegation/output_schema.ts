import { type Schema, Validator } from "@cfworker/json-schema";
import { messageOf } from "../support/errors.ts";

/** How many faults a child is told of at once. */
const MOST_FAULTS = 10;

/** Why `schema` is no JSON Schema (draft 2020-12) that can be checked against; null when it is one. */
export function schemaProblem(schema: Readonly<Record<string, unknown>>): string | null {
  try {
    new Validator(schema as Schema, "2020-12").validate(null); // any object may be tried as a schema
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** What of `value` does not satisfy `schema`: `#/items/0: …`, the innermost faults only. */
export function schemaFaults(schema: Readonly<Record<string, unknown>>, value: unknown): string[] {
  const { errors } = new Validator(schema as Schema, "2020-12", false).validate(value); // checked at the spawn
  const inner = errors.filter(({ keyword }) => !["properties", "items", "$ref", "allOf"].includes(keyword));
  return inner.slice(0, MOST_FAULTS).map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`);
}
