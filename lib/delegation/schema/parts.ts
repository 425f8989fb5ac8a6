import { isRecord, type JsonObject } from "./json_text.ts";
import type { Steps } from "./steps.ts";

/** A schema: an object, or a boolean that takes everything or nothing. */
export type Schema = JsonObject | boolean;

/** A schema inside another, and how it is reached from there. */
export interface Inner {
  readonly keyword: string;
  /** As in a JSON pointer, with its slash. */
  readonly way: string;
  readonly schema: unknown;
}

type Shape = "one" | "list" | "map";

/** The keywords whose value is a schema, or holds some (draft 2020-12; `definitions` and `dependencies` are older). */
const SHAPES: Readonly<Record<string, Shape>> = {
  additionalProperties: "one",
  propertyNames: "one",
  items: "one",
  contains: "one",
  unevaluatedItems: "one",
  unevaluatedProperties: "one",
  not: "one",
  if: "one",
  then: "one",
  else: "one",
  prefixItems: "list",
  allOf: "list",
  anyOf: "list",
  oneOf: "list",
  $defs: "map",
  definitions: "map",
  properties: "map",
  patternProperties: "map",
  dependentSchemas: "map",
  dependencies: "map",
};

/** Keywords whose schemas see the same value as the one that they are in. */
const IN_PLACE: ReadonlySet<string> = new Set(
  "not if then else allOf anyOf oneOf dependentSchemas dependencies".split(" "),
);

/** The base of a schema that has no `$id`; nothing is ever fetched. */
const BASE = "https://schema.invalid/";
/** So many schemas may apply to one value through each other. */
const LONGEST_CHAIN = 200;

/** The schemas directly inside a schema. */
function innerSchemas(schema: JsonObject): readonly Inner[] {
  return Object.keys(schema).filter((keyword) => Object.hasOwn(SHAPES, keyword)).flatMap((keyword) => {
    const value = schema[keyword];
    if (SHAPES[keyword] === "one") return [{ keyword, way: `/${keyword}`, schema: value }];
    const isFitting = SHAPES[keyword] === "list" ? Array.isArray(value) : isRecord(value);
    if (!isFitting) return [];
    return Object.entries(value as object).map(([key, inner]) => ({ // fits: it has entries
      keyword,
      way: `/${keyword}/${escaped(key)}`,
      schema: inner,
    }));
  });
}

/** All schemas in a document, and where their references lead. */
export class SchemaParts {
  /** Each object that is a schema, with its place. */
  readonly places = new Map<JsonObject, string>();
  readonly #bases = new Map<JsonObject, string>();
  readonly #named = new Map<string, JsonObject>();
  readonly #steps: Steps;
  #problem: string | null = null;

  constructor(root: JsonObject, steps: Steps) {
    this.#steps = steps;
    this.#named.set(BASE, root);
    this.#add(root, "#", BASE);
  }

  /** Why the names in it cannot be; null when they can. */
  get problem(): string | null {
    return this.#problem;
  }

  /** What a schema refers to; undefined when there is nothing. */
  target(from: JsonObject, reference: string): unknown {
    const url = resolved(reference, this.#bases.get(from) ?? BASE);
    if (url === null) return undefined;
    const fragment = url.hash.slice(1);
    const name = withoutHash(url);
    if (fragment === "") return this.#named.get(name);
    if (!fragment.startsWith("/")) return this.#named.get(`${name}#${fragment}`);
    const document = this.#named.get(name);
    const found = follow(document, fragment);
    if (isRecord(found) && !this.places.has(found)) this.#add(found, `#${fragment}`, name);
    return found;
  }

  /** What a schema says of the same value by other schemas: those in it, and what it refers to. */
  inPlace(schema: JsonObject): readonly JsonObject[] {
    const inner = innerSchemas(schema).filter(({ keyword }) => IN_PLACE.has(keyword)).map((each) =>
      each.schema
    );
    return [...inner, ...references(schema).map((each) => this.target(schema, each))].filter(isRecord);
  }

  /** The schema that comes back to itself without going into the value, or whose chain is too long; null: none. */
  endless(): { readonly place: string; readonly problem: string } | null {
    const depths = new Map<JsonObject, number>(); // 0: on the way
    const visit = (schema: JsonObject, length: number): ReturnType<SchemaParts["endless"]> => {
      const place = this.places.get(schema) ?? "#";
      if (depths.get(schema) === 0) return { place, problem: "it refers to itself for the same value" };
      if (length > LONGEST_CHAIN || (depths.get(schema) ?? 0) + length > LONGEST_CHAIN) {
        return { place, problem: `more than ${LONGEST_CHAIN} schemas apply to one value through each other` };
      }
      if (depths.has(schema)) return null;
      depths.set(schema, 0);
      let depth = 1;
      for (const next of this.inPlace(schema)) {
        this.#steps.take();
        const found = visit(next, length + 1);
        if (found !== null) return found;
        depth = Math.max(depth, 1 + (depths.get(next) ?? 0));
      }
      depths.set(schema, depth);
      return null;
    };
    for (const schema of this.places.keys()) {
      const found = visit(schema, 1);
      if (found !== null) return found;
    }
    return null;
  }

  #add(root: JsonObject, place: string, base: string): void {
    const todo = [{ schema: root, place, base }];
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      this.#steps.take();
      if (this.places.has(next.schema)) continue;
      this.places.set(next.schema, next.place);
      const own = this.#baseOf(next.schema, next.base, next.place);
      this.#bases.set(next.schema, own);
      for (const inner of innerSchemas(next.schema)) {
        if (!isRecord(inner.schema)) continue;
        todo.push({ schema: inner.schema, place: `${next.place}${inner.way}`, base: own });
      }
    }
  }

  #baseOf(schema: JsonObject, base: string, place: string): string {
    let own = base;
    if (typeof schema.$id === "string") {
      const url = resolved(schema.$id, base);
      if (url === null) this.#problem ??= `${place}/$id: "${schema.$id}" is no URI`;
      else this.#name(own = withoutHash(url), schema, `${place}/$id`);
    }
    for (const keyword of ["$anchor", "$dynamicAnchor"]) {
      const anchor = schema[keyword];
      if (typeof anchor === "string") this.#name(`${own}#${anchor}`, schema, `${place}/${keyword}`);
    }
    return own;
  }

  #name(name: string, schema: JsonObject, place: string): void {
    const other = this.#named.get(name);
    if (other !== undefined && other !== schema) this.#problem ??= `${place}: another schema has this name`;
    this.#named.set(name, schema);
  }
}

/** The references of a schema that say something of its value. */
export function references({ $ref, $dynamicRef }: JsonObject): readonly string[] {
  return [$ref, $dynamicRef].filter((each) => typeof each === "string");
}

function resolved(reference: string, base: string): URL | null {
  return URL.parse(reference, base);
}

function withoutHash({ href }: URL): string {
  return href.replace(/#.*$/s, "");
}

/** What a JSON pointer leads to (RFC 6901), in a fragment. */
function follow(document: unknown, pointer: string): unknown {
  let place = document;
  for (const word of pointer.slice(1).split("/")) {
    if (typeof place !== "object" || place === null) return undefined;
    const key = decoded(word).replaceAll("~1", "/").replaceAll("~0", "~");
    if (!Object.hasOwn(place, key)) return undefined;
    place = (place as Record<string, unknown>)[key]; // it has this key, as checked above
  }
  return place;
}

function decoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}

/** A key as a word of a JSON pointer. */
export function escaped(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}
