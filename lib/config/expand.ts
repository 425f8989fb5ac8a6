import { isDeepStrictEqual } from "node:util";
import { isMap } from "./schema_keys.ts";
import type { Secrets } from "./secrets.ts";
import { parseYamlValue } from "./yaml_file.ts";

/** A `${VAR}` of which there is no value. */
export interface UnsetVariable {
  readonly keys: readonly PropertyKey[];
  readonly name: string;
}

/** A value with its variables replaced. */
export interface Expanded {
  readonly value: unknown;
  readonly unset: readonly UnsetVariable[];
  /** The variables that went in. */
  readonly used: ReadonlyMap<string, string>;
  /** Where a text was nothing but one variable: its value may be meant as a number or the like. */
  readonly whole: readonly (readonly PropertyKey[])[];
}

/** `${NAME}`, perhaps with a further dollar sign before it, which takes its meaning away. */
const REFERENCE = /(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Replaces `${NAME}` in all strings of a value; `$${NAME}` stands for the text `${NAME}`. Keys of maps are left alone. */
export function expandVariables(value: unknown, secrets: Secrets): Expanded {
  const unset: UnsetVariable[] = [];
  const used = new Map<string, string>();
  const whole: (readonly PropertyKey[])[] = [];
  const expandText = (text: string, keys: readonly PropertyKey[]) =>
    text.replace(REFERENCE, (reference: string, escape: string, name: string) => {
      if (escape !== "") return reference.slice(1);
      if (reference === text) whole.push(keys);
      const found = secrets.get(name);
      if (found === undefined) unset.push({ keys, name });
      else used.set(name, found);
      return found ?? reference;
    });
  const expand = (part: unknown, keys: readonly PropertyKey[]): unknown => {
    if (typeof part === "string") return expandText(part, keys);
    if (Array.isArray(part)) return part.map((item, index) => expand(item, [...keys, index]));
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, expand(item, [...keys, key])]));
  };
  return { value: expand(value, []), unset, used, whole };
}

/** What a provider cannot do without is absent rather than a text with a variable in it. */
export function withoutMissing({ value, unset }: Expanded): unknown {
  const absent = unset.filter(({ keys: [section, , key] }) =>
    section === "providers" && (key === "base_url" || key === "api_key")
  );
  return absent.reduce((kept, { keys }) => replacedAt(kept, keys, () => null), value);
}

/** Values that do not fit as texts, where all of the text is one variable, as YAML would read them. */
export function typed(
  { value, whole }: Expanded,
  problems: readonly Pick<UnsetVariable, "keys">[],
): unknown {
  const wrong = whole.filter((keys) => problems.some((problem) => isDeepStrictEqual(problem.keys, keys)));
  return wrong.reduce(
    (kept, keys) => replacedAt(kept, keys, (text) => typeof text === "string" ? parseYamlValue(text) : text),
    value,
  );
}

function replacedAt(
  value: unknown,
  [key, ...rest]: readonly PropertyKey[],
  replace: (old: unknown) => unknown,
): unknown {
  if (key === undefined) return replace(value);
  if (Array.isArray(value)) {
    return value.map((item, index) => index === key ? replacedAt(item, rest, replace) : item);
  }
  if (!isMap(value)) return value;
  return { ...value, [key]: replacedAt(value[String(key)], rest, replace) };
}
