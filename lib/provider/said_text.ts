/** Text that comes in pieces, whole, or both: what is whole goes on where the pieces ended. */
export class SaidText {
  #text = "";
  #hasPieces = false;

  /** All of it so far. */
  get text(): string {
    return this.#text;
  }

  /** The next piece; returns it. */
  piece(text: string): string {
    this.#hasPieces ||= text !== "";
    this.#text += text;
    return text;
  }

  /**
   * All of it so far, as a server says it beside its pieces or in their place; returns what is new. Where there are no
   * pieces, what does not go on from the text before is the next one.
   */
  whole(text: string): string {
    if (!text.startsWith(this.#text)) {
      if (this.#hasPieces) return "";
      this.#text += text;
      return text;
    }
    const rest = text.slice(this.#text.length);
    this.#text = text;
    return rest;
  }
}
