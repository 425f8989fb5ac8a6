/** Parts of a request whose tokens are known together. */
interface Segment {
  readonly tokens: number;
  /** How many parts it has. */
  readonly size: number;
  /** Whether they have just so many tokens; else at most. */
  readonly isExact: boolean;
}

/** Where two parts meet a server may count a little more than it did for each. In tokens. */
const SEAM = 4;

/**
 * What one model's server told of the parts of an agent's requests: messages, schemas of tools, and the rest of a body,
 * each the very object as it was sent. Nobody counts tokens here; each report counts what is new in it against what is
 * known, so that a request which leaves parts out is bounded as tightly as one that adds some.
 */
export class KnownInput {
  readonly #bytesOf: (part: object) => number;
  #segments = new WeakMap<object, Segment>();
  #last: { readonly parts: ReadonlySet<object>; readonly tokens: number } | null = null;
  /** More tokens than bytes were reported once: what is sent is not all that counts, so bytes bound nothing. */
  #isMoreThanSent = false;

  /** `bytesOf` a part bounds its tokens from above. */
  constructor(bytesOf: (part: object) => number) {
    this.#bytesOf = bytesOf;
  }

  /** An upper bound of the tokens of a request of these parts, which has so many bytes. */
  bound(parts: readonly object[], bytes: number): number {
    const last = this.#last;
    if (last === null) return bytes;
    const sinceLast = last.tokens + this.#cost(parts.filter((part) => !last.parts.has(part)));
    return Math.min(this.#isMoreThanSent ? Infinity : bytes, this.#cost(parts), sinceLast);
  }

  /** A request of these parts and bytes was reported as so many tokens; none is no report. */
  learn(parts: readonly object[], bytes: number, tokens: number): void {
    if (tokens === 0) return;
    this.#isMoreThanSent ||= tokens > bytes;
    const known = this.#knownOf(parts);
    if (tokens + known.doubt < known.tokens) {
      this.#segments = new WeakMap(); // it contradicts what was reported before
      this.#add(parts, tokens, true);
    } else {
      const fresh = parts.filter((part) => !this.#segments.has(part));
      this.#add(fresh, Math.max(0, tokens - known.tokens) + known.doubt, known.doubt === 0);
    }
    this.#last = { parts: new Set(parts), tokens };
  }

  #add(parts: readonly object[], tokens: number, isExact: boolean): void {
    const most = isExact || this.#isMoreThanSent ? tokens : Math.min(tokens, this.#bytes(parts));
    const segment = { tokens: most, size: parts.length, isExact };
    for (const part of parts) this.#segments.set(part, segment);
  }

  /** The least that these parts have, and how far that may be off: not at all for a request that adds to the last one. */
  #knownOf(parts: readonly object[]): { readonly tokens: number; readonly doubt: number } {
    const last = this.#last;
    const isGrown = last !== null && last.parts.isSubsetOf(new Set(parts));
    const others = isGrown ? parts.filter((part) => !last.parts.has(part)) : parts;
    const seen = Map.groupBy(
      others.filter((part) => this.#segments.has(part)),
      (part) => this.#segments.get(part),
    );
    let tokens = isGrown ? last.tokens : 0;
    for (const [segment, included] of seen) {
      if (segment?.isExact === true && included.length === segment.size) tokens += segment.tokens;
    }
    return { tokens, doubt: SEAM * seen.size };
  }

  #cost(parts: readonly object[]): number {
    const segments = new Set(parts.flatMap((part) => this.#segments.get(part) ?? []));
    const tokens = [...segments].reduce((sum, segment) => sum + segment.tokens + SEAM, 0);
    return tokens + this.#bytes(parts.filter((part) => !this.#segments.has(part)));
  }

  #bytes(parts: readonly object[]): number {
    return parts.reduce((sum, part) => sum + this.#bytesOf(part), 0);
  }
}
