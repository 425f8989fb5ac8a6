import { format as FORMATS } from "@cfworker/json-schema";
import type { Check, Fault, Outcome } from "./check.ts";
import { INNER_KEYWORDS } from "./inner_keywords.ts";
import { isRecord, type JsonObject } from "./json_text.ts";
import type { Place } from "./place.ts";
import { shortened } from "../../support/cut_text.ts";

/** A keyword of a schema at work. */
export interface AtWork {
  readonly check: Check;
  readonly schema: JsonObject;
  /** What the schema says by this keyword. */
  readonly given: unknown;
  readonly place: Place;
  /** What was looked at so far by this schema. */
  readonly seen: Set<string>;
  /** Takes over what another schema says of the same value. */
  add(outcome: Outcome): void;
}

/** Finds what of a value does not satisfy a keyword; a value that the schema of schemas would refuse is not heeded. */
export interface Keyword {
  readonly keyword: string;
  readonly run: (work: AtWork) => readonly Fault[];
}

/** The longest text of which a format is checked: the expressions that do it are not linear. */
const FORMAT_CHARS = 2_000;
/** How much of a value from the schema a message repeats. */
const SHOWN_CHARS = 200;

/** All keywords by which a value is checked, in the order of the work: what is left over comes last. */
export const KEYWORDS: readonly Keyword[] = [
  assertion("type", (given, value) => {
    const types = (Array.isArray(given) ? given : [given]).filter((each) => typeof each === "string");
    if (types.some((type) => hasType(value, type))) return null;
    return `Instance type "${typeOf(value)}" is invalid. Expected "${types.join('", "')}".`;
  }),
  {
    keyword: "const",
    run: ({ check, given, place }) =>
      faultUnless(
        check.sorted(given) === check.sorted(place.value),
        place,
        `Instance does not match ${shown(given)}.`,
      ),
  },
  { keyword: "enum", run: oneOfThese },
  ofNumber("minimum", (given, value) => value < given ? `${value} is less than ${given}.` : null),
  ofNumber("maximum", (given, value) => value > given ? `${value} is greater than ${given}.` : null),
  ofNumber(
    "exclusiveMinimum",
    (given, value) => value <= given ? `${value} is not more than ${given}.` : null,
  ),
  ofNumber(
    "exclusiveMaximum",
    (given, value) => value >= given ? `${value} is not less than ${given}.` : null,
  ),
  ofNumber(
    "multipleOf",
    (given, value) => isMultiple(value, given) ? null : `${value} is not a multiple of ${given}.`,
  ),
  sized("minLength", lengthOf, "String is too short", (size, least) => size >= least),
  sized("maxLength", lengthOf, "String is too long", (size, most) => size <= most),
  sized("minItems", itemsOf, "Array has too few items", (size, least) => size >= least),
  sized("maxItems", itemsOf, "Array has too many items", (size, most) => size <= most),
  sized("minProperties", keysOf, "Instance has too few properties", (size, least) => size >= least),
  sized("maxProperties", keysOf, "Instance has too many properties", (size, most) => size <= most),
  {
    keyword: "pattern",
    run: ({ check, given, place }) =>
      typeof place.value !== "string" || typeof given !== "string" ? [] : faultUnless(
        check.matches(given, place.value),
        place,
        `String does not match pattern ${shown(given)}.`,
      ),
  },
  assertion("format", (given, value) => {
    if (typeof value !== "string" || typeof given !== "string" || value.length > FORMAT_CHARS) return null;
    if (given === "url" || !Object.hasOwn(FORMATS, given)) return null; // the one that is no standard takes for ever
    return FORMATS[given]?.(value) === false ? `String does not match format "${given}".` : null;
  }),
  {
    keyword: "required",
    run: ({ given, place }) => missing(given, place),
  },
  {
    keyword: "dependentRequired",
    run: ({ given, place }) =>
      Object.entries(isRecord(given) ? given : {}).flatMap(([key, names]) =>
        isRecord(place.value) && Object.hasOwn(place.value, key) ? missing(names, place) : []
      ),
  },
  { keyword: "uniqueItems", run: noTwoAlike },
  ...INNER_KEYWORDS,
];

function assertion(keyword: string, problemOf: (given: unknown, value: unknown) => string | null): Keyword {
  return {
    keyword,
    run: ({ given, place }) => {
      const problem = problemOf(given, place.value);
      return faultUnless(problem === null, place, problem ?? "");
    },
  };
}

function ofNumber(keyword: string, problemOf: (given: number, value: number) => string | null): Keyword {
  return assertion(
    keyword,
    (given, value) => typeof given === "number" && typeof value === "number" ? problemOf(given, value) : null,
  );
}

function sized(
  keyword: string,
  sizeOf: (value: unknown) => number | null,
  words: string,
  isRight: (size: number, limit: number) => boolean,
): Keyword {
  return assertion(keyword, (given, value) => {
    const size = sizeOf(value);
    if (size === null || typeof given !== "number" || isRight(size, given)) return null;
    return `${words} (${size}, ${given} ${/^min/.test(keyword) ? "are the least" : "are the most"}).`;
  });
}

/** Code points, as JSON Schema counts. */
function lengthOf(value: unknown): number | null {
  if (typeof value !== "string") return null;
  let length = 0;
  for (const _ of value) length++;
  return length;
}

function itemsOf(value: unknown): number | null {
  return Array.isArray(value) ? value.length : null;
}

function keysOf(value: unknown): number | null {
  return isRecord(value) ? Object.keys(value).length : null;
}

function oneOfThese({ check, given, place }: AtWork): readonly Fault[] {
  if (!Array.isArray(given)) return [];
  const own = check.sorted(place.value);
  const isOne = given.some((each) => check.sorted(each) === own);
  check.steps.take(Math.ceil(given.length / 10));
  return faultUnless(isOne, place, `Instance does not match any of ${shown(given)}.`);
}

function noTwoAlike({ check, given, place }: AtWork): readonly Fault[] {
  if (given !== true || !Array.isArray(place.value)) return [];
  const first = new Map<string, number>();
  for (const [index, item] of place.value.entries()) {
    const text = check.sorted(item);
    const before = first.get(text);
    if (before !== undefined) {
      return [{ place: place.pointer, message: `Duplicate items at indexes ${before} and ${index}.` }];
    }
    first.set(text, index);
  }
  return [];
}

function missing(names: unknown, place: Place): readonly Fault[] {
  const { value } = place;
  if (!Array.isArray(names) || !isRecord(value)) return [];
  return names.filter((name) => typeof name === "string" && !Object.hasOwn(value, name)).map((name) => ({
    place: place.pointer,
    message: `Instance does not have required property "${name}".`,
  }));
}

function faultUnless(isFine: boolean, place: Place, message: string): readonly Fault[] {
  return isFine ? [] : [{ place: place.pointer, message }];
}

function hasType(value: unknown, type: string): boolean {
  return type === "integer" ? Number.isInteger(value) : typeOf(value) === type;
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/** Of decimal numbers, as they are written: 0.3 is a multiple of 0.1. */
function isMultiple(value: number, of: number): boolean {
  if (of <= 0) return true;
  const ratio = value / of;
  return Number.isFinite(ratio) && Math.abs(ratio - Math.round(ratio)) <= 1e-9 * Math.max(1, Math.abs(ratio));
}

function shown(given: unknown): string {
  return shortened(JSON.stringify(given), SHOWN_CHARS);
}
