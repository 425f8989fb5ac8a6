import { OutputWatch } from "./output_watch.ts";

/** How a process ended. `code` is 128 + the signal's number when a signal ended it. */
export interface Finished {
  readonly code: number;
  readonly signal: Deno.Signal | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

/** What to start; the environment is exactly `env`. */
export interface StartOptions {
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** After that long it is killed, and all who wait for it are told. */
  readonly deadlineMs: number;
}

/** A process of the test, with its streams. It is killed at the end of the scope if it is still there. */
export class Running implements AsyncDisposable {
  readonly stdout: OutputWatch;
  readonly stderr: OutputWatch;
  /** Resolves when it has ended and both streams are read; rejects when the deadline ended it. */
  readonly finished: Promise<Finished>;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;

  constructor({ command: [program, ...args], env, cwd, deadlineMs }: StartOptions) {
    const pipes = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
    this.#child = new Deno.Command(program, { args, env: { ...env }, cwd, clearEnv: true, ...pipes }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.stdout = new OutputWatch(this.#child.stdout);
    this.stderr = new OutputWatch(this.#child.stderr);
    this.finished = this.#finish(deadlineMs);
    this.finished.catch(() => {}); // told to those who await it; nobody else must fall over it
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Writes to its standard input; what a process no longer reads is dropped. */
  async write(text: string): Promise<void> {
    await this.#input.write(new TextEncoder().encode(text)).catch(ignoreBrokenPipe);
  }

  /** Ends its standard input. */
  async endInput(): Promise<void> {
    await this.#input.close().catch(ignoreBrokenPipe);
  }

  /** Sends a signal to it alone. */
  kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.endInput();
    await this.finished.catch(() => {});
  }

  async #finish(deadlineMs: number): Promise<Finished> {
    const startedAt = performance.now();
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.kill("SIGKILL");
    }, deadlineMs);
    const { code, signal } = await this.#child.status;
    clearTimeout(timer);
    const durationMs = performance.now() - startedAt;
    const [stdout, stderr] = await Promise.all([this.stdout.done, this.stderr.done]);
    if (late) throw new Error(`Still running after ${deadlineMs} ms\n${stdout}\n--- stderr\n${stderr}`);
    return { code, signal, stdout, stderr, durationMs };
  }
}

function ignoreBrokenPipe(error: unknown): void {
  if (error instanceof Deno.errors.BrokenPipe || error instanceof TypeError) return;
  throw error;
}
