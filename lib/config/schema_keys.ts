import type * as z from "zod/mini";
import { nearest } from "./nearest.ts";
import { configSchema } from "./schema.ts";
import { docOf } from "./schema_types.ts";

/** A key that config.yaml may have. In `path`, `*` stands for a name that the user chooses and `[]` for a list's items. */
export interface ConfigKey {
  readonly path: string;
  readonly doc: string;
  /** Undefined where an entry cannot do without the key, and for a section. */
  readonly default: unknown;
}

/** A key of the user's that the schema does not have. */
export interface UnknownKey {
  readonly keys: readonly PropertyKey[];
  /** A known key of the same place that is spelled almost so. */
  readonly meant: string | null;
}

type Schema = z.core.$ZodTypes;

/** Every key of the schema, sections before what is in them. */
export function configKeys(): ConfigKey[] {
  return keysOf(configSchema as unknown as Schema, ""); // mini's classes are core's types
}

/**
 * The value with what the schema does not know taken out, and a list of that.
 * An empty value (`key:` or `key: ""`) is taken out too, so that the default holds, unless null is a value of its own.
 */
export function conform(
  value: unknown,
): { readonly value: unknown; readonly unknown: readonly UnknownKey[] } {
  const unknown: UnknownKey[] = [];
  return { value: conformTo(configSchema as unknown as Schema, value, [], unknown), unknown };
}

/** The first of the keys that the schema does not have; null when it has them all. */
export function findUnknown(keys: readonly PropertyKey[]): UnknownKey | null {
  let schema = configSchema as unknown as Schema; // mini's classes are core's types
  for (const [index, key] of keys.entries()) {
    const { def } = unwrapped(schema)._zod;
    const here = keys.slice(0, index + 1);
    if (def.type === "record") schema = def.valueType as Schema;
    else if (def.type === "array" && typeof key === "number") schema = def.element as Schema;
    else if (def.type === "object" && typeof key === "string" && Object.hasOwn(def.shape, key)) {
      schema = def.shape[key] as Schema;
    } else return unknownKey(here, def.type === "object" ? Object.keys(def.shape) : []);
  }
  return null;
}

function keysOf(schema: Schema, prefix: string): ConfigKey[] {
  const inner = unwrapped(schema);
  if (inner._zod.def.type === "record") return keysOf(inner._zod.def.valueType as Schema, `${prefix}.*`);
  if (inner._zod.def.type === "array") return keysOf(inner._zod.def.element as Schema, `${prefix}[]`);
  if (inner._zod.def.type !== "object") return [];
  return Object.entries(inner._zod.def.shape).flatMap(([name, child]) => {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    return [
      { path, doc: docOf(child) ?? "", default: defaultOf(child as Schema) },
      ...keysOf(child as Schema, path),
    ];
  });
}

function defaultOf(schema: Schema): unknown {
  return schema._zod.def.type === "default" ? schema._zod.def.defaultValue : undefined;
}

/** The schema inside of defaults and nullables. */
function unwrapped(schema: Schema): Schema {
  const { def } = schema._zod;
  return "innerType" in def ? unwrapped(def.innerType as Schema) : schema;
}

function isNullable(schema: Schema): boolean {
  const { def } = schema._zod;
  if (def.type === "nullable") return true;
  return "innerType" in def && isNullable(def.innerType as Schema);
}

function conformTo(
  schema: Schema,
  value: unknown,
  at: readonly PropertyKey[],
  unknown: UnknownKey[],
): unknown {
  const { def } = unwrapped(schema)._zod;
  if (def.type === "array" && Array.isArray(value)) {
    return value.map((item, index) => conformTo(def.element as Schema, item, [...at, index], unknown));
  }
  if (!isMap(value)) return value;
  if (def.type === "record") {
    const entries = Object.entries(value).filter(([, entry]) => entry !== null);
    return Object.fromEntries(
      entries.map((
        [name, entry],
      ) => [name, conformTo(def.valueType as Schema, entry, [...at, name], unknown)]),
    );
  }
  return def.type === "object" ? conformObject(def, value, at, unknown) : value;
}

function conformObject(
  def: z.core.$ZodObjectDef,
  value: Readonly<Record<string, unknown>>,
  at: readonly PropertyKey[],
  unknown: UnknownKey[],
): unknown {
  const kept: [string, unknown][] = [];
  for (const [name, entry] of Object.entries(value)) {
    const child = Object.hasOwn(def.shape, name) ? def.shape[name] as Schema : undefined;
    if (child === undefined) {
      if (def.catchall === undefined) unknown.push(unknownKey([...at, name], Object.keys(def.shape)));
      else kept.push([name, entry]); // a strict object: the schema itself refuses it
    } else if (entry !== "" && (entry !== null || isNullable(child))) {
      kept.push([name, conformTo(child, entry, [...at, name], unknown)]);
    }
  }
  return Object.fromEntries(kept);
}

function unknownKey(keys: readonly PropertyKey[], known: readonly string[]): UnknownKey {
  return { keys, meant: nearest(String(keys.at(-1)), known) };
}

/** Whether a value of the file is a map. */
export function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
