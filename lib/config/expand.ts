import type { Secrets } from "./secrets.ts";

/** A `${VAR}` of which there is no value. */
export interface UnsetVariable {
  readonly keys: readonly PropertyKey[];
  readonly name: string;
}

/** A value with its variables replaced. */
export interface Expanded {
  readonly value: unknown;
  readonly unset: readonly UnsetVariable[];
  /** The values that went in. */
  readonly used: readonly string[];
}

/** `${NAME}`, perhaps with a further dollar sign before it, which takes its meaning away. */
const REFERENCE = /(\$?)\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Replaces `${NAME}` in all strings of a value; `$${NAME}` stands for the text `${NAME}`. Keys of maps are left alone. */
export function expandVariables(value: unknown, secrets: Secrets): Expanded {
  const unset: UnsetVariable[] = [];
  const used: string[] = [];
  const expandText = (text: string, keys: readonly PropertyKey[]) =>
    text.replace(REFERENCE, (reference: string, escape: string, name: string) => {
      if (escape !== "") return reference.slice(1);
      const found = secrets.get(name);
      if (found === undefined) unset.push({ keys, name });
      else used.push(found);
      return found ?? reference;
    });
  const expand = (part: unknown, keys: readonly PropertyKey[]): unknown => {
    if (typeof part === "string") return expandText(part, keys);
    if (Array.isArray(part)) return part.map((item, index) => expand(item, [...keys, index]));
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, expand(item, [...keys, key])]));
  };
  return { value: expand(value, []), unset, used };
}
