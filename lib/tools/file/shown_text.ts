import type { LineEnd } from "./line_ends.ts";

/** A text as it is shown to a model, without byte-order mark and carriage returns at line ends; it knows both. */
export class ShownText {
  readonly text: string;
  readonly mark: string;
  /** The lines as shown; the last one has no end, and may be empty. */
  readonly lines: readonly string[];
  /** What most lines end with. */
  readonly usualEnd: "\n" | "\r\n";
  readonly #starts: readonly number[];
  readonly #hasCr: readonly boolean[];

  constructor(original: string) {
    this.mark = original.startsWith("\ufeff") ? "\ufeff" : "";
    const pieces = original.slice(this.mark.length).split("\n");
    const last = pieces.length - 1;
    this.#hasCr = pieces.map((piece, at) => at < last && piece.endsWith("\r"));
    this.lines = pieces.map((piece, at) => this.#hasCr[at] ? piece.slice(0, -1) : piece);
    this.usualEnd = this.#hasCr.filter((each) => each).length * 2 > last ? "\r\n" : "\n";
    this.text = this.lines.join("\n");
    let start = 0;
    this.#starts = this.lines.map((line) => {
      const from = start;
      start += line.length + 1;
      return from;
    });
  }

  /** The number, from 0, of the line that the character at `index` is in. */
  lineAt(index: number): number {
    let [low, high] = [0, this.lines.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Where a line begins. */
  startOf(line: number): number {
    return this.#starts[line] ?? this.text.length;
  }

  /** The end of a line, null for a line that is not there. */
  endOf(line: number): LineEnd | null {
    if (line < 0 || line >= this.lines.length) return null;
    return line === this.lines.length - 1 ? "" : this.#hasCr[line] ? "\r\n" : "\n";
  }

  /** The original of the lines from one up to another, without that. */
  originalOf(from: number, to: number): string {
    return this.lines.slice(from, to).map((line, at) => line + (this.endOf(from + at) ?? "")).join("");
  }
}
