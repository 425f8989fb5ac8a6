import { dereference, type OutputUnit, type Schema, Validator } from "@cfworker/json-schema";
import { messageOf } from "../support/errors.ts";
import { SCHEMA_OF_SCHEMAS } from "./schema_of_schemas.ts";

/** How many faults a child is told of at once. */
const MOST_FAULTS = 10;

/** Why `schema` is no JSON Schema (draft 2020-12) that can be checked against, and where; null when it is one. */
export function schemaProblem(schema: unknown): string | null {
  const innermost = validate(SCHEMA_OF_SCHEMAS, schema).reduce<OutputUnit | null>(
    (inner, each) => inner !== null && depthOf(inner) > depthOf(each) ? inner : each,
    null,
  );
  if (innermost !== null) return wordsOf(innermost).replace(/\.$/, "");
  try {
    return lostReference(structuredClone(schema));
  } catch (error) {
    return messageOf(error); // two parts have one id, or an id is no URI
  }
}

/** What of `value` does not satisfy `schema`: `#/items/0: …`, the innermost faults only. */
export function schemaFaults(schema: Readonly<Record<string, unknown>>, value: unknown): string[] {
  const inner = validate(schema, value).filter(({ keyword }) =>
    !["properties", "items", "$ref", "allOf"].includes(keyword)
  );
  return inner.slice(0, MOST_FAULTS).map(wordsOf);
}

function validate(schema: object, value: unknown): readonly OutputUnit[] {
  return new Validator(schema as Schema, "2020-12", false).validate(value).errors; // checked at the spawn
}

/** A reference to what is not there, which a check would only find when it comes to that part. */
function lostReference(schema: unknown): string | null {
  const parts = dereference(schema as Schema | boolean); // it satisfies the schema of schemas; marks are left on it
  for (const part of Object.values(parts)) {
    if (typeof part === "boolean" || part.$ref === undefined) continue;
    if (parts[part.__absolute_ref__ ?? part.$ref] === undefined) return `there is nothing at ${part.$ref}`;
  }
  return null;
}

function wordsOf({ instanceLocation, error }: OutputUnit): string {
  return `${instanceLocation}: ${error}`;
}

function depthOf({ instanceLocation }: OutputUnit): number {
  return instanceLocation.split("/").length;
}
