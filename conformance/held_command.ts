import { execFileSync } from "node:child_process";
import { closeSync, constants, createReadStream, openSync, type ReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";

/**
 * A shell command that says when it runs and whose end is seen from outside: all its processes hold a pipe open,
 * which ends when the last of them is gone.
 */
export class HeldCommand implements AsyncDisposable {
  /** Resolves when it runs. */
  readonly started: Promise<void>;
  /** Resolves when no process of it is left. */
  readonly gone: Promise<void>;
  readonly #pipe: string;
  readonly #gate: string;
  readonly #stream: ReadStream;

  /** Makes its two pipes in a directory. */
  constructor(directory: string) {
    this.#pipe = `${directory}/held.pipe`;
    this.#gate = `${directory}/held.gate`;
    execFileSync("mkfifo", [this.#pipe, this.#gate]);
    this.#stream = createReadStream(this.#pipe);
    this.started = new Promise((resolve) => this.#stream.once("data", () => resolve()));
    this.gone = new Promise((resolve) => this.#stream.once("close", resolve));
  }

  /** Waits, with a child process, until {@linkcode release}. */
  get patient(): string {
    return `exec 9>'${this.#pipe}'; echo ready >&9; cat '${this.#gate}' >&9; wait`;
  }

  /** Runs for a minute with a child process, and none of the two listens to SIGTERM. */
  get stubborn(): string {
    return `trap '' TERM; exec 9>'${this.#pipe}'; echo ready >&9; sleep 61 & sleep 60; wait`;
  }

  /** Lets the patient one end. */
  async release(): Promise<void> {
    await writeFile(this.#gate, "go\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const unblock = openSync(this.#pipe, constants.O_RDWR); // the stream's open() waits for a writer otherwise
    this.#stream.destroy();
    closeSync(unblock);
    await this.gone;
  }
}
