/** One event of a stream. */
export interface StreamedEvent {
  /** Empty when it has none. */
  readonly name: string;
  readonly data: string;
}

/**
 * Decodes an event stream (WHATWG HTML, 9.2.6) that comes in pieces, cut anywhere. Events without data are skipped, and
 * so are `id` and `retry`, which concern reconnecting.
 */
export class EventDecoder {
  readonly #decoder = new TextDecoder(); // drops a byte order mark
  /** The line that is not over yet. */
  #line = "";
  #name = "";
  #data: string[] = [];
  /** A line ended with the last piece, in "\r"; a "\n" that follows belongs to that end. */
  #isAfterReturn = false;

  /** Takes a piece and returns the events that end in it. */
  push(bytes: Uint8Array): readonly StreamedEvent[] {
    return this.#take(this.#withNewlines(this.#decoder.decode(bytes, { stream: true })));
  }

  /** The event that was under way when the stream ended: some servers leave out the blank line after their last. */
  end(): readonly StreamedEvent[] {
    return this.#take(`${this.#decoder.decode()}\n\n`);
  }

  #take(text: string): readonly StreamedEvent[] {
    if (!text.includes("\n")) {
      this.#line += text; // not searched again with every piece
      return [];
    }
    const lines = (this.#line + text).split("\n");
    this.#line = lines.pop() ?? "";
    const events: StreamedEvent[] = [];
    for (const line of lines) {
      if (line !== "") this.#field(line);
      else if (this.#data.length > 0) events.push({ name: this.#name, data: this.#data.join("\n") });
      if (line === "") this.#forget();
    }
    return events;
  }

  #field(line: string): void {
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "data") this.#data.push(value);
    if (field === "event") this.#name = value;
  }

  #forget(): void {
    this.#name = "";
    this.#data = [];
  }

  /** Lines may end in "\n", "\r" or both. */
  #withNewlines(text: string): string {
    if (text === "") return text;
    const own = this.#isAfterReturn && text.startsWith("\n") ? text.slice(1) : text;
    this.#isAfterReturn = text.endsWith("\r");
    return own.includes("\r") ? own.replaceAll(/\r\n?/g, "\n") : own;
  }
}
