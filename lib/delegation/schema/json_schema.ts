import { linearPattern, PatternFault } from "../../support/linear_pattern.ts";
import { Check, type Fault } from "./check.ts";
import { assertShallow, isRecord, type JsonObject, shortPlace } from "./json_text.ts";
import { escaped, references, SchemaParts } from "./parts.ts";
import { Place } from "./place.ts";
import { SCHEMA_OF_SCHEMAS } from "./schema_of_schemas.ts";
import { Steps, TooMuch } from "./steps.ts";

/** How many faults a child is told of at once. */
const MOST_FAULTS = 10;

/** Why a value is no JSON Schema that can be checked against, and where; null when it is one. */
export function problemOf(schema: unknown): string | null {
  const steps = new Steps();
  try {
    assertShallow(schema, steps);
    const innermost = deepest(faultsOf(SCHEMA_OF_SCHEMAS, schema, steps));
    if (innermost !== null) return wordsOf(innermost).replace(/\.$/, "");
    return isRecord(schema) ? problemInside(schema, steps) : null;
  } catch (error) {
    if (error instanceof TooMuch) return error.message;
    throw error;
  }
}

/** What of `value` does not satisfy `schema`, a JSON Schema without a problem: `#/items/0: …`. */
export function faultsIn(schema: JsonObject, value: unknown): string[] {
  const steps = new Steps();
  try {
    assertShallow(value, steps);
    return faultsOf(schema, value, steps).slice(0, MOST_FAULTS).map(wordsOf);
  } catch (error) {
    if (error instanceof TooMuch) return [`it cannot be checked (${error.message})`];
    if (error instanceof PatternFault) return [`it cannot be checked (${error.message})`]; // of an older hermes
    throw error;
  }
}

function faultsOf(schema: JsonObject, value: unknown, steps: Steps): readonly Fault[] {
  const check = new Check(new SchemaParts(schema, steps), steps);
  return check.apply(schema, new Place(value)).faults;
}

/** What the schema of schemas does not see: names, references, and patterns. */
function problemInside(schema: JsonObject, steps: Steps): string | null {
  const parts = new SchemaParts(schema, steps);
  if (parts.problem !== null) return parts.problem;
  const isSound = new Set(parts.places.keys());
  for (const [part, place] of parts.places) { // grows while what is referred to is found
    const lost = isSound.has(part) ? null : deepest(faultsOf(SCHEMA_OF_SCHEMAS, part, steps));
    if (lost !== null) return `${place}${wordsOf(lost).slice(1)}`.replace(/\.$/, "");
    const target = references(part).find((each) => !isSchema(parts.target(part, each)));
    if (target !== undefined) return `${shortPlace(place)}: there is nothing at ${shortPlace(target)}`;
    const pattern = patternProblem(part);
    if (pattern !== null) return `${shortPlace(place)}${pattern}`;
  }
  const endless = parts.endless();
  return endless === null ? null : `${shortPlace(endless.place)}: ${endless.problem}`;
}

function isSchema(value: unknown): boolean {
  return typeof value === "boolean" || isRecord(value);
}

/** Of `pattern` and the keys of `patternProperties`: with its place, after that of the schema. */
function patternProblem({ pattern, patternProperties }: JsonObject): string | null {
  const own = typeof pattern === "string" ? [{ way: "/pattern", text: pattern }] : [];
  const keys = isRecord(patternProperties) ? Object.keys(patternProperties) : [];
  for (
    const { way, text } of [
      ...own,
      ...keys.map((key) => ({ way: `/patternProperties/${escaped(key)}`, text: key })),
    ]
  ) {
    try {
      linearPattern(text);
    } catch (error) {
      if (!(error instanceof PatternFault)) throw error;
      return `${shortPlace(way)}: ${error.message}`;
    }
  }
  return null;
}

/** The last of those furthest inside: an `anyOf` says first that nothing fits. */
function deepest(faults: readonly Fault[]): Fault | null {
  return faults.reduce<Fault | null>(
    (inner, each) => inner !== null && levelsOf(inner) > levelsOf(each) ? inner : each,
    null,
  );
}

function levelsOf({ place }: Fault): number {
  return place.split("/").length;
}

function wordsOf({ place, message }: Fault): string {
  return `${shortPlace(place)}: ${message}`;
}
