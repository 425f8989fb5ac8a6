import { type LinearPattern, linearPattern } from "../../support/linear_pattern.ts";
import { isRecord, type JsonObject, MOST_LEVELS, sortedJson } from "./json_text.ts";
import { KEYWORDS } from "./keywords.ts";
import { references, type SchemaParts } from "./parts.ts";
import { Place } from "./place.ts";
import { type Steps, TooMuch } from "./steps.ts";

/** One thing wrong with a value, and where; the places are JSON pointers from `#`. */
export interface Fault {
  readonly place: string;
  readonly message: string;
}

/** What a schema says of a value: it is satisfied when there are no faults. */
export interface Outcome {
  readonly faults: readonly Fault[];
  /** The keys and the numbers of items that it has looked at, for `unevaluatedProperties` and `unevaluatedItems`. */
  readonly seen: ReadonlySet<string>;
}

/** More faults than a reader wants; the rest would only grow with the paths on which a schema is reached. */
const MOST_FAULTS = 20;
const FINE: Outcome = { faults: [], seen: new Set() };
/** How deep schemas may follow each other: for each level of the value, and each that refers to another. */
const MOST_DEPTH = 4 * MOST_LEVELS;
/** A step is worth so many characters times instructions of a pattern (10 ns each). */
const PATTERN_STEPS = 50;

/**
 * Checks values against the schemas of a document. What a schema says of a place is worked out once, however many paths
 * lead there, so the work grows with the product of both and no faster.
 */
export class Check {
  readonly steps: Steps;
  readonly #parts: SchemaParts;
  readonly #patterns = new Map<string, LinearPattern>();
  readonly #sorted = new Map<unknown, string>();
  #depth = 0;

  constructor(parts: SchemaParts, steps: Steps) {
    this.#parts = parts;
    this.steps = steps;
  }

  /** What `schema` says of a value at a place. Throws {@linkcode TooMuch} where that takes too long. */
  apply(schema: unknown, place: Place): Outcome {
    this.steps.take();
    if (schema === false) {
      return { ...FINE, faults: [{ place: place.pointer, message: "Nothing may be here." }] };
    }
    if (!isRecord(schema)) return FINE;
    const known = place.outcomes.get(schema);
    if (known !== undefined) return known;
    if (++this.#depth > MOST_DEPTH) throw new TooMuch("its schemas follow each other too deep");
    const outcome = this.#work(schema, place);
    this.#depth--;
    place.outcomes.set(schema, outcome);
    return outcome;
  }

  /** Whether a pattern of the schema is found in a text. */
  matches(pattern: string, text: string): boolean {
    let compiled = this.#patterns.get(pattern);
    if (compiled === undefined) this.#patterns.set(pattern, compiled = linearPattern(pattern));
    this.steps.take(Math.ceil(text.length * compiled.size / PATTERN_STEPS));
    return compiled.test(text);
  }

  /** A text that only equal values have; worked out once for each object. */
  sorted(value: unknown): string {
    let text = this.#sorted.get(value);
    if (text === undefined) this.#sorted.set(value, text = sortedJson(value, this.steps));
    return text;
  }

  #work(schema: JsonObject, place: Place): Outcome {
    const faults: Fault[] = [];
    const seen = new Set<string>();
    const add = (outcome: Outcome) => {
      faults.push(...outcome.faults.slice(0, MOST_FAULTS - faults.length));
      this.steps.take(outcome.seen.size);
      for (const key of outcome.seen) seen.add(key);
    };
    for (const reference of references(schema)) add(this.apply(this.#parts.target(schema, reference), place));
    for (const { keyword, run } of KEYWORDS) {
      if (!Object.hasOwn(schema, keyword)) continue;
      for (const fault of run({ check: this, schema, given: schema[keyword], place, seen, add })) {
        if (faults.length < MOST_FAULTS) faults.push(fault);
      }
    }
    return { faults, seen: faults.length === 0 ? seen : FINE.seen };
  }
}
