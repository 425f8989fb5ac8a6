/** What stood between two blank lines of an event stream, or a line that belongs to no event. */
export type StreamBlock =
  | { readonly type: "event"; readonly name: string; readonly data: readonly string[] }
  /** Of a field `error`, in which llama.cpp tells of one. */
  | { readonly type: "failure"; readonly text: string }
  /** No field of an event: a document, or what some proxy says. */
  | { readonly type: "stray"; readonly line: string };

const FIELD = /^(data|event|id|retry|error)(?::[ ]?|$)/;

/**
 * Takes an event stream apart, in whatever pieces it comes, whether its lines end in LF, CR or both. A package for this
 * follows the standard and drops what is no event; but servers write their errors and whole answers into streams so.
 */
export class EventLines {
  /** Pieces of a line that has not ended: joined once, as a line may come in very many. */
  readonly #open: string[] = [];
  #endedInCr = false;
  #name = "";
  #data: string[] = [];

  /** What is complete with this text. */
  feed(text: string): readonly StreamBlock[] {
    if (text === "") return [];
    const isSplit = this.#endedInCr && text.startsWith("\n");
    this.#endedInCr = text.endsWith("\r");
    const fresh = isSplit ? text.slice(1) : text;
    const blocks: StreamBlock[] = [];
    this.#split(fresh.includes("\r") ? fresh.replaceAll(/\r\n?/g, "\n") : fresh, blocks);
    return blocks;
  }

  /** What was still open at the end: some servers leave out the blank line after their last event. */
  end(): readonly StreamBlock[] {
    const blocks: StreamBlock[] = [];
    this.#line(this.#joined(""), blocks);
    this.#event(blocks);
    return blocks;
  }

  #split(text: string, blocks: StreamBlock[]): void {
    let from = 0;
    for (let to = text.indexOf("\n"); to >= 0; to = text.indexOf("\n", from)) {
      this.#line(this.#joined(text.slice(from, to)), blocks);
      from = to + 1;
    }
    if (from < text.length) this.#open.push(text.slice(from));
  }

  #joined(rest: string): string {
    return this.#open.length === 0 ? rest : [...this.#open.splice(0), rest].join("");
  }

  #line(line: string, blocks: StreamBlock[]): void {
    if (line === "") return this.#event(blocks);
    if (line.startsWith("data: ")) return void this.#data.push(line.slice(6));
    if (line.startsWith(":")) return;
    const field = FIELD.exec(line);
    if (field === null) return void blocks.push({ type: "stray", line });
    const value = line.slice(field[0].length);
    if (field[1] === "data") this.#data.push(value);
    if (field[1] === "event") this.#name = value;
    if (field[1] === "error") blocks.push({ type: "failure", text: value });
  }

  #event(blocks: StreamBlock[]): void {
    const [name, data] = [this.#name, this.#data];
    if (name === "" && data.length === 0) return;
    this.#name = "";
    this.#data = [];
    if (data.length > 0) blocks.push({ type: "event", name, data });
  }
}
