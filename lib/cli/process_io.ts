import { fstatSync, readFileSync } from "node:fs";
import process from "node:process";
import { isatty, type WriteStream } from "node:tty";
import { messageOf, UserError } from "../support/errors.ts";
import { codeOf } from "../support/file_state.ts";
import { EXIT } from "./exit_codes.ts";
import { isStdinHeld } from "./held_stdin.ts";
import type { Input, Io, Output, Signal } from "./io.ts";
import { readLines, readText } from "./read_lines.ts";

/** The process's own streams, environment and signals. */
export interface ProcessIo extends Io {
  /** Resolves when all that was written has been taken, or never will be. */
  flush(): Promise<Delivery>;
}

/** What became of standard output: read, given up by its reader, or not writable. */
export type Delivery =
  | { readonly type: "taken" }
  | { readonly type: "closed" }
  | { readonly type: "failed"; readonly error: Error };

/** The world as the process has it. Make one only: it listens for errors of the standard streams. */
export function processIo(workerUrl: URL, env: Io["env"]): ProcessIo {
  const onBrokenPipe = new Set<() => void>();
  const stdout = new ProcessOutput(process.stdout, 1, () => onBrokenPipe.forEach((call) => call()));
  const stderr = new ProcessOutput(process.stderr, 2, () => {});
  return {
    env,
    cwd: workingDirectory,
    workerUrl,
    stdin: processInput(),
    stdout,
    stderr,
    async confirm(question) {
      const { confirm } = await import("@clack/prompts");
      return await confirm({ message: question, initialValue: false }) === true;
    },
    async askSecret(question) {
      const { isCancel, password } = await import("@clack/prompts");
      const answer = await password({ message: question, output: process.stderr });
      return isCancel(answer) ? null : answer;
    },
    onSignal: (signal, callback) =>
      signal === "SIGPIPE" ? added(onBrokenPipe, callback) : listening(signal, callback),
    async flush() {
      await Promise.all([stdout.flush(), stderr.flush()]);
      return stdout.delivery;
    },
  };
}

/** What needs none works all the same in a directory that is no more. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new UserError(`Cannot find the working directory: ${wordsOf(error)}`, {
      hint: "Change to a directory that is there, or name one with --cwd",
      exitCode: EXIT.config,
      cause: error,
    });
  }
}

function wordsOf(error: unknown): string {
  return codeOf(error) === "ENOENT" ? "it was deleted" : messageOf(error);
}

class ProcessOutput implements Output {
  readonly isTerminal: boolean;
  readonly #isClosed: boolean;
  readonly #stream: WriteStream;
  readonly #onBrokenPipe: () => void;
  #error: Error | null = null;
  #underWay = 0;
  #onIdle: (() => void) | null = null;

  constructor(stream: WriteStream, fd: 1 | 2, onBrokenPipe: () => void) {
    this.isTerminal = isatty(fd);
    this.#isClosed = wasClosed(fd);
    this.#stream = stream;
    this.#onBrokenPipe = onBrokenPipe;
    stream.on("error", (error: Error) => this.#fail(error));
  }

  get columns(): number | undefined {
    return this.isTerminal ? this.#stream.columns || undefined : undefined; // 0: nobody has set its size
  }

  get rows(): number | undefined {
    return this.isTerminal ? this.#stream.rows || undefined : undefined;
  }

  get delivery(): Delivery {
    if (this.#error === null) return { type: "taken" };
    return isBrokenPipe(this.#error) ? { type: "closed" } : { type: "failed", error: this.#error };
  }

  /** Errors come by event, by callback or as an exception, depending on the runtime and on what is behind it. */
  write(text: string): void {
    if (this.#error !== null || text === "") return;
    if (this.#isClosed) return this.#fail(new Error("it is closed"));
    this.#underWay++;
    try {
      this.#stream.write(text, (error) => this.#settle(error));
    } catch (error) {
      this.#settle(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Only the callbacks of real writes tell the truth: that of an empty one comes before them in Bun. */
  async flush(): Promise<void> {
    if (this.#underWay === 0 || this.#error !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onIdle = resolve;
    await promise;
  }

  #settle(error: Error | null | undefined): void {
    this.#underWay--;
    if (error) this.#fail(error);
    if (this.#underWay === 0) this.#onIdle?.();
  }

  #fail(error: Error): void {
    if (this.#error !== null) return;
    this.#error = error;
    this.#onIdle?.();
    if (isBrokenPipe(error)) this.#onBrokenPipe();
  }
}

/** O_CLOEXEC as proc_pid_fdinfo(5) writes it, in octal. */
const CLOSES_AT_EXEC = 0o2000000;

/**
 * Whether a stream was closed when the program was started. The binary's runtime opens /dev/null in its place, as a file
 * that no program would have handed on: where Linux tells that, what is written is known to be lost.
 */
function wasClosed(fd: number): boolean {
  try {
    fstatSync(fd);
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"))?.[1] ?? "0";
    return (parseInt(flags, 8) & CLOSES_AT_EXEC) !== 0;
  } catch (error) {
    return codeOf(error) === "EBADF";
  }
}

function processInput(): Input {
  return {
    isTerminal: isatty(0),
    isPiped: isPiped(),
    isHeld: isStdinHeld,
    lines: () => readLines(process.stdin),
    readAll: (options) => readText(process.stdin, options),
  };
}

function isPiped(): boolean {
  try {
    const stats = fstatSync(0);
    return stats.isFIFO() || stats.isFile() || stats.isSocket();
  } catch {
    return false; // standard input is closed
  }
}

function listening(signal: Exclude<Signal, "SIGPIPE">, callback: () => void): Disposable {
  process.on(signal, callback);
  return { [Symbol.dispose]: () => void process.off(signal, callback) };
}

function added(callbacks: Set<() => void>, callback: () => void): Disposable {
  const own = () => callback();
  callbacks.add(own);
  return { [Symbol.dispose]: () => void callbacks.delete(own) };
}

function isBrokenPipe(error: Error): boolean {
  return "code" in error && error.code === "EPIPE";
}
