import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** The most of one command's output that is kept, in bytes. */
const MAX_BYTES = 1024 ** 3;

/** A file that takes what comes, for its owner alone. What goes wrong with it ends it, and nothing else. */
export class SpillFile {
  readonly #path: string;
  readonly #maxBytes: number;
  #written = 0;
  #isLost = false;
  /** The last of all writes so far. */
  #last: Promise<void>;
  #file: FileHandle | null = null;

  constructor(path: string, maxBytes = MAX_BYTES) {
    this.#path = path;
    this.#maxBytes = maxBytes;
    this.#last = this.#attempt(async () => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      this.#file = await open(path, "wx", 0o600);
    });
  }

  /** Resolves when the bytes, and all before them, are in the file, or lost. Never rejects. */
  write(bytes: Uint8Array): Promise<void> {
    const room = this.#maxBytes - this.#written;
    if (room <= 0) return this.#last;
    this.#written += bytes.length;
    const isFull = bytes.length >= room;
    const piece = bytes.subarray(0, room);
    return this.#queue(async () => {
      await this.#file?.writeFile(piece); // goes on where the last one ended
      if (isFull) {
        await this.#file?.writeFile(`\n[the rest is not kept: ${this.#maxBytes} bytes are the most]\n`);
      }
    });
  }

  /** Resolves when all bytes so far are in the file, or lost. Never rejects. */
  written(): Promise<void> {
    return this.#last;
  }

  /** Closes the file; resolves with its path, null when it does not hold all that it should. Never rejects. */
  async end(): Promise<string | null> {
    await this.#last;
    await this.#file?.close().catch(() => {});
    if (!this.#isLost) return this.#path;
    if (this.#file !== null) await rm(this.#path, { force: true }).catch(() => {});
    return null;
  }

  #queue(work: () => Promise<void>): Promise<void> {
    return this.#last = this.#last.then(() => this.#attempt(work));
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    if (this.#isLost) return;
    try {
      await work();
    } catch {
      this.#isLost = true; // the disk is full or not to be written; the reader is told
    }
  }
}
