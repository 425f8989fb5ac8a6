import type { Fault } from "./check.ts";
import { isRecord } from "./json_text.ts";
import type { AtWork, Keyword } from "./keywords.ts";

/** The keywords that apply other schemas: to the same value, then to what is in it, then to what nothing else looked at. */
export const INNER_KEYWORDS: readonly Keyword[] = [
  { keyword: "allOf", run: (work) => all(work, list(work.given)) },
  { keyword: "anyOf", run: anyOf },
  { keyword: "oneOf", run: oneOf },
  { keyword: "not", run: not },
  { keyword: "if", run: ifThenElse },
  { keyword: "dependentSchemas", run: dependent },
  { keyword: "dependencies", run: dependent },
  { keyword: "properties", run: properties },
  { keyword: "patternProperties", run: patternProperties },
  { keyword: "additionalProperties", run: (work) => rest(work, named(work)) },
  { keyword: "propertyNames", run: propertyNames },
  { keyword: "prefixItems", run: prefixItems },
  { keyword: "items", run: items },
  { keyword: "contains", run: contains },
  { keyword: "unevaluatedProperties", run: (work) => rest(work, work.seen) },
  { keyword: "unevaluatedItems", run: unevaluatedItems },
];

type Faults = readonly Fault[];
const NONE: Faults = [];

function all({ check, place, add }: AtWork, schemas: readonly unknown[]): Faults {
  for (const schema of schemas) add(check.apply(schema, place));
  return NONE;
}

function anyOf(work: AtWork): Faults {
  const outcomes = list(work.given).map((schema) => work.check.apply(schema, work.place));
  const fitting = outcomes.filter(({ faults }) => faults.length === 0);
  fitting.forEach(work.add);
  if (fitting.length > 0) return NONE;
  return [
    fault(work, "Instance does not match any subschemas."),
    ...outcomes.flatMap(({ faults }) => faults),
  ];
}

function oneOf(work: AtWork): Faults {
  const outcomes = list(work.given).map((schema) => work.check.apply(schema, work.place));
  const fitting = outcomes.filter(({ faults }) => faults.length === 0);
  fitting.forEach(work.add);
  if (fitting.length === 1) return NONE;
  const words = `Instance does not match exactly one subschema (${fitting.length} matches).`;
  return [fault(work, words), ...outcomes.flatMap(({ faults }) => faults)];
}

function not(work: AtWork): Faults {
  const isFine = work.check.apply(work.given, work.place).faults.length > 0;
  return isFine ? NONE : [fault(work, 'Instance matched "not" schema.')];
}

function ifThenElse(work: AtWork): Faults {
  const { check, schema, given, place, add } = work;
  const condition = check.apply(given, place);
  const isMet = condition.faults.length === 0;
  if (isMet) add(condition);
  return all(work, [isMet ? schema["then"] ?? true : schema["else"] ?? true]);
}

function dependent(work: AtWork): Faults {
  const { given, place: { value } } = work;
  if (!isRecord(given) || !isRecord(value)) return NONE;
  const held = Object.entries(given).filter(([key]) => Object.hasOwn(value, key)).map(([, schema]) => schema);
  const names = held.filter(Array.isArray).flat().filter((name) => typeof name === "string");
  const missing = names.filter((name) => !Object.hasOwn(value, name));
  all(work, held.filter((schema) => !Array.isArray(schema)));
  return missing.map((name) => fault(work, `Instance does not have required property "${name}".`));
}

function properties(work: AtWork): Faults {
  const { given, place: { value } } = work;
  if (!isRecord(given) || !isRecord(value)) return NONE;
  return Object.entries(given).filter(([key]) => Object.hasOwn(value, key)).flatMap(([key, schema]) =>
    inside(work, key, schema)
  );
}

function patternProperties(work: AtWork): Faults {
  const { check, given, place: { value } } = work;
  if (!isRecord(given) || !isRecord(value)) return NONE;
  const keys = Object.keys(value);
  return Object.entries(given).flatMap(([pattern, schema]) =>
    keys.filter((key) => check.matches(pattern, key)).flatMap((key) => inside(work, key, schema))
  );
}

/** The keys that `properties` and `patternProperties` beside it speak of. */
function named({ check, schema, place: { value } }: AtWork): ReadonlySet<string> {
  if (!isRecord(value)) return new Set();
  const known = isRecord(schema["properties"]) ? schema["properties"] : {};
  const patterns = isRecord(schema["patternProperties"]) ? Object.keys(schema["patternProperties"]) : [];
  const isNamed = (key: string) =>
    Object.hasOwn(known, key) || patterns.some((pattern) => check.matches(pattern, key));
  return new Set(Object.keys(value).filter(isNamed));
}

/** Applies the schema to all entries but those. */
function rest(work: AtWork, but: ReadonlySet<string>): Faults {
  const { given, place: { value } } = work;
  if (!isRecord(value)) return NONE;
  return Object.keys(value).filter((key) => !but.has(key)).flatMap((key) => inside(work, key, given));
}

function propertyNames(work: AtWork): Faults {
  const { check, given, place } = work;
  if (!isRecord(place.value)) return NONE;
  return Object.keys(place.value).flatMap((key) => check.apply(given, place.name(key)).faults);
}

function prefixItems(work: AtWork): Faults {
  const { given, place: { value } } = work;
  if (!Array.isArray(value)) return NONE;
  return list(given).slice(0, value.length).flatMap((schema, index) => inside(work, String(index), schema));
}

/** What comes after the items that `prefixItems` beside it speaks of. */
function items(work: AtWork): Faults {
  const { given, schema, place: { value } } = work;
  if (!Array.isArray(value)) return NONE;
  const from = list(schema["prefixItems"]).length;
  return value.slice(from).flatMap((_, index) => inside(work, String(from + index), given));
}

function contains(work: AtWork): Faults {
  const { check, given, schema, place, seen } = work;
  if (!Array.isArray(place.value)) return NONE;
  const fitting = place.value.map((_, index) => String(index)).filter((key) =>
    check.apply(given, place.at(key)).faults.length === 0
  );
  for (const key of fitting) seen.add(key);
  const least = numberOr(schema["minContains"], 1);
  const most = numberOr(schema["maxContains"], Infinity);
  if (fitting.length >= least && fitting.length <= most) return NONE;
  const wanted = fitting.length < least ? `${least} are the least` : `${most} are the most`;
  return [fault(work, `Array has ${fitting.length} items matching "contains", ${wanted}.`)];
}

function unevaluatedItems(work: AtWork): Faults {
  const { given, seen, place: { value } } = work;
  if (!Array.isArray(value)) return NONE;
  const keys = value.map((_, index) => String(index)).filter((key) => !seen.has(key));
  return keys.flatMap((key) => inside(work, key, given));
}

function inside({ check, place, seen }: AtWork, key: string, schema: unknown): Faults {
  seen.add(key);
  return check.apply(schema, place.at(key)).faults;
}

function fault({ place }: AtWork, message: string): Fault {
  return { place: place.pointer, message };
}

function list(given: unknown): readonly unknown[] {
  return Array.isArray(given) ? given : [];
}

function numberOr(given: unknown, otherwise: number): number {
  return typeof given === "number" ? given : otherwise;
}
