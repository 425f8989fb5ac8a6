import { type FileHandle, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";

/** The most that is kept, in bytes. */
export interface SpillLimits {
  readonly file: number;
  /** Of all files beside it, which a session's commands share. */
  readonly directory: number;
}

const LIMITS: SpillLimits = { file: 50_000_000, directory: 1_000_000_000 };

/** A file that takes what comes, for its owner alone. What goes wrong with it ends it, and nothing else. */
export class SpillFile {
  readonly #path: string;
  #room = 0;
  #leftOut = 0;
  #isLost = false;
  /** The last of all writes so far. */
  #last: Promise<void>;
  #file: FileHandle | null = null;

  constructor(path: string, limits: Partial<SpillLimits> = {}) {
    this.#path = path;
    const most = { ...LIMITS, ...limits };
    this.#last = this.#attempt(async () => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      this.#room = Math.min(most.file, most.directory - await bytesIn(dirname(path)));
      if (this.#room <= 0) throw new Error("there is no room");
      this.#file = await open(path, "wx", 0o600);
    });
  }

  /** Resolves when the bytes, and all before them, are in the file, left out, or lost. Never rejects. */
  write(bytes: Uint8Array): Promise<void> {
    return this.#queue(async () => {
      const piece = bytes.subarray(0, this.#room);
      this.#room -= piece.length;
      this.#leftOut += bytes.length - piece.length;
      if (piece.length > 0) await this.#file?.writeFile(piece); // goes on where the last one ended
    });
  }

  /** Resolves when all bytes so far are in the file, or lost. Never rejects. */
  written(): Promise<void> {
    return this.#last;
  }

  /**
   * Closes the file, with a line for what was left out; resolves with its path and how many bytes came after the last
   * that it holds. The path is null when the file does not hold what it should. Never rejects.
   */
  async end(): Promise<{ readonly path: string | null; readonly leftOut: number }> {
    await this.#queue(() => this.#noteLeftOut());
    await this.#file?.close().catch(() => {});
    if (!this.#isLost) return { path: this.#path, leftOut: this.#leftOut };
    if (this.#file !== null) await rm(this.#path, { force: true }).catch(() => {});
    return { path: null, leftOut: this.#leftOut };
  }

  async #noteLeftOut(): Promise<void> {
    if (this.#leftOut > 0) {
      await this.#file?.writeFile(`\n[${this.#leftOut} bytes after this are not kept]\n`);
    }
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

async function bytesIn(directory: string): Promise<number> {
  const sizes = (await readdir(directory)).map((name) =>
    stat(join(directory, name)).then(({ size }) => size, () => 0) // removed meanwhile
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
