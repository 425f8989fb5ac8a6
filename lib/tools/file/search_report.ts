import { shortened } from "../../support/cut_text.ts";

const MAX_CHARS = 40_000;
const MAX_LINE_CHARS = 300;

/** The results of one search, bounded in number and length, with what the model must know to go on. */
export class SearchReport {
  readonly #most: number;
  readonly #results: string[] = [];
  #chars = 0;
  #searched = 0;
  #skipped = 0;
  #cutLines = 0;
  #hasMore = false;

  constructor(most: number) {
    this.#most = most;
  }

  /** One more was found than is shown: there is no use in going on. */
  get isFull(): boolean {
    return this.#hasMore;
  }

  /** Adds a result, cut to one line of bounded length. */
  add(result: string): void {
    const line = shortened(result, MAX_LINE_CHARS + 1);
    this.#hasMore = this.#results.length === this.#most || this.#chars + line.length > MAX_CHARS;
    if (this.#hasMore) return;
    this.#results.push(line);
    this.#chars += line.length;
  }

  /** A file was searched. */
  searched(): void {
    this.#searched++;
  }

  /** A file was left out: binary, huge or not readable. */
  skip(): void {
    this.#skipped++;
  }

  /** Only the beginning of a line was searched. */
  cutLine(): void {
    this.#cutLines++;
  }

  /** The results, one a line, then notes in brackets; `inContents` says whether lines or files were looked for. */
  toString(inContents: boolean): string {
    const notes: string[] = [];
    if (this.#hasMore) notes.push(`[the first ${this.#results.length}, there are more; narrow path or glob]`);
    if (this.#results.length === 0) notes.push(this.#nothing(inContents));
    if (this.#skipped > 0) {
      notes.push(`[not searched, because binary, over 5 MB or unreadable: ${this.#skipped}]`);
    }
    if (this.#cutLines > 0) {
      notes.push(`[lines so long that only their beginning was searched: ${this.#cutLines}]`);
    }
    return [...this.#results, ...notes].join("\n");
  }

  #nothing(inContents: boolean): string {
    if (!inContents) return "[no such file]";
    return this.#searched === 0 ? "[no file to search]" : `[no match, files searched: ${this.#searched}]`;
  }
}
