import * as z from "zod/mini";

/** The one-line doc of each key, by its schema. Filled where the schema is declared, only read afterwards. */
const DOCS = z.registry<{ readonly doc: string }>();

/** A week in seconds: the longest time that any setting or tool takes. */
const MAX_SECONDS = 604_800;

/** A key of the file with its default and its doc, which says what it does in one line. */
export function key<S extends z.ZodMiniType>(
  schema: S,
  fallback: NoInfer<z.output<S>>,
  doc: string,
): z.ZodMiniDefault<S> {
  const withDefault = z._default(schema, fallback as never); // zod wants its own "no undefined" of the same type
  DOCS.add(withDefault, { doc });
  return withDefault;
}

/** A key that an entry cannot do without. */
export function required<S extends z.ZodMiniType>(schema: S, doc: string): S {
  DOCS.add(schema, { doc });
  return schema;
}

/** A map with keys of its own; an absent one has all their defaults. */
export function section<S extends z.core.$ZodLooseShape>(
  shape: S,
  doc: string,
): z.ZodMiniPrefault<z.ZodMiniObject<S, z.core.$strip>> {
  const schema = z.prefault(z.object(shape), {} as never); // every key of a section has a default
  DOCS.add(schema, { doc });
  return schema;
}

/** The doc of a key; undefined for a schema that is no key. */
export function docOf(schema: z.core.$ZodType): string | undefined {
  return DOCS.get(schema)?.doc;
}

/** An integer of at least `min`. */
export function count(min: number): z.ZodMiniNumberFormat {
  const error = `expected an integer ≥ ${min}`;
  return z.int({ error }).check(z.minimum(min, { error }));
}

/** A number of at least 0: dollars, or dollars per million tokens. */
export function amount(): z.ZodMiniNumber {
  const error = "expected a number ≥ 0";
  return z.number({ error }).check(z.minimum(0, { error }));
}

/** Seconds, fractions allowed, up to a week. */
export function seconds(): z.ZodMiniNumber {
  const error = `expected seconds from 0 to ${MAX_SECONDS}`;
  return z.number({ error }).check(z.minimum(0, { error }), z.maximum(MAX_SECONDS, { error }));
}

/** A text that is not empty. */
export function text(): z.ZodMiniString {
  return z.string().check(z.minLength(1));
}

/** The source of a JavaScript regular expression. */
export function pattern(): z.ZodMiniString {
  return z.string().check(z.refine(isPattern, { error: "expected a regular expression that compiles" }));
}

function isPattern(source: string): boolean {
  try {
    new RegExp(source);
    return true;
  } catch {
    return false;
  }
}
