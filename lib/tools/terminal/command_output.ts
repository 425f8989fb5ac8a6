import { HeadTail } from "../../support/head_tail.ts";
import type { Redactor, TextStream } from "../../support/redact.ts";
import type { ShellResult } from "../tool.ts";
import { SpillFile } from "./spill_file.ts";

/** What becomes of a command's output. */
export interface OutputOptions {
  /** The most that the model gets, in bytes. */
  readonly outputBytes: number;
  readonly redactor: Redactor;
  /** Where the whole is kept once it is longer than that. */
  readonly spillPath: string;
}

/**
 * The output of one command as it comes, without secrets: head and tail in memory, and once that is not all, the whole
 * in a file, as far as that may grow. Never holds more than the limit and a few pieces.
 */
export class CommandOutput {
  readonly #kept: HeadTail;
  readonly #options: OutputOptions;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #encoder = new TextEncoder();
  readonly #redacted: TextStream;
  #file: SpillFile | null = null;
  #bytes = 0;

  constructor(options: OutputOptions) {
    this.#options = options;
    this.#kept = new HeadTail(options.outputBytes);
    this.#redacted = options.redactor.stream();
  }

  /** Bytes that came so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes a piece; a promise when the disk has to be waited for before the next. Never rejects. */
  push(piece: Uint8Array): Promise<void> | undefined {
    this.#bytes += piece.length;
    return this.#take(this.#redacted.push(this.#decoder.decode(piece, { stream: true })));
  }

  /** Resolves when the disk has all that came so far. Never rejects. */
  async written(): Promise<void> {
    await this.#file?.written();
  }

  /** Resolves with what is kept when nothing more comes. */
  async end(): Promise<Pick<ShellResult, "output" | "outputBytes" | "truncated" | "path" | "leftOut">> {
    await this.#take(this.#redacted.push(this.#decoder.decode()) + this.#redacted.end());
    const { path, leftOut } = await this.#file?.end() ?? { path: null, leftOut: 0 };
    const { truncated } = this.#kept;
    return { output: this.#kept.toString(), outputBytes: this.#bytes, truncated, path, leftOut };
  }

  #take(text: string): Promise<void> | undefined {
    if (text === "") return undefined;
    const bytes = this.#encoder.encode(text);
    if (this.#file === null && this.#kept.total + bytes.length > this.#options.outputBytes) {
      this.#file = new SpillFile(this.#options.spillPath);
      void this.#file.write(this.#encoder.encode(this.#kept.toString())); // it never rejects; all so far is kept
    }
    this.#kept.push(bytes);
    return this.#file?.write(bytes);
  }
}
