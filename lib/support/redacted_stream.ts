import type { TextStream } from "./redact.ts";

/** A search for secrets of one kind. */
export interface Replacing {
  /** Global. Looks at most {@linkcode LOOK_BEHIND} characters back. */
  readonly regex: RegExp;
  /**
   * Where in a text, from `from` on, the first thing begins that more text could make a match, or a longer one; the
   * text's length: nowhere. A match that begins before is what it would be in any longer text.
   */
  openFrom(text: string, from: number): number;
  /** False: there is certainly no match in the text. */
  mayHold(text: string): boolean;
  /** False: there is certainly no match in any string or key of the value that this JSON spells. */
  mayHoldInJson(json: string): boolean;
  /** What stands in the place of a match with these groups. */
  replacement(match: string, groups: readonly (string | undefined)[]): string;
}

/** How far a regular expression may look back from where its match begins, in characters. */
const LOOK_BEHIND = 128;

/** Searches a text that comes in pieces; holds back only what may be the beginning of a match, or half a character. */
export class RedactedStream implements TextStream {
  readonly #search: Replacing;
  /** What was given out last, for looking back, and after `#from` what is held back. */
  #buffer = "";
  #from = 0;

  constructor(search: Replacing) {
    this.#search = search;
  }

  push(piece: string): string {
    if (piece === "") return "";
    this.#buffer += piece;
    const whole = this.#buffer.length - (/[\uD800-\uDBFF]$/.test(this.#buffer) ? 1 : 0);
    return this.#giveOut(Math.min(whole, this.#search.openFrom(this.#buffer, this.#from)));
  }

  end(): string {
    return this.#giveOut(this.#buffer.length);
  }

  /** A match that begins before `limit` is seen whole, and is what it would be in the whole text. */
  #giveOut(limit: number): string {
    if (limit <= this.#from) return "";
    const { regex, replacement } = this.#search;
    const buffer = this.#buffer;
    let text = "";
    let at = this.#from;
    regex.lastIndex = at;
    for (let match = regex.exec(buffer); match !== null && match.index < limit; match = regex.exec(buffer)) {
      text += buffer.slice(at, match.index) + replacement(match[0], match.slice(1));
      at = regex.lastIndex;
    }
    const cut = Math.max(at, limit);
    const kept = Math.max(0, cut - LOOK_BEHIND);
    this.#buffer = buffer.slice(kept);
    this.#from = cut - kept;
    return text + buffer.slice(at, cut);
  }
}
