import type { Outcome } from "./check.ts";
import { escaped } from "./parts.ts";

/** A value inside the one that is checked, and what is known of it. Each place is one object. */
export class Place {
  readonly value: unknown;
  readonly #parent: Place | null;
  readonly #key: string;
  readonly #inner = new Map<string, Place>();
  /** What each schema that was applied to it has said. */
  readonly outcomes = new Map<object, Outcome>();

  constructor(value: unknown, parent: Place | null = null, key = "") {
    this.value = value;
    this.#parent = parent;
    this.#key = key;
  }

  /** The place of an entry or an item. */
  at(key: string): Place {
    let inner = this.#inner.get(key);
    if (inner === undefined) {
      inner = new Place((this.value as Record<string, unknown>)[key], this, key); // it has entries
      this.#inner.set(key, inner);
    }
    return inner;
  }

  /** The name of an entry, as a value: it may have to satisfy a schema too. */
  name(key: string): Place {
    return new Place(key, this, key);
  }

  /** Where it is, as a JSON pointer from `#`. */
  get pointer(): string {
    return this.#parent === null ? "#" : `${this.#parent.pointer}/${escaped(this.#key)}`;
  }
}
