import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Start } from "./adapter.ts";

/** How the program ended; `code` is 128 + n when signal n ended it and it left no code of its own. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };
const GRACE_MS = 3000;

/** The program under test. It counts as ended when nobody holds its output any more, left-over children included. */
export class Program implements AsyncDisposable {
  readonly ended: Promise<Ended>;
  readonly #process: ChildProcess;
  #stdout = "";
  #stderr = "";

  constructor({ command: [file, ...args], env }: Start, cwd: string) {
    this.#process = spawn(file, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"] });
    this.#process.stdout?.setEncoding("utf8").on("data", (text) => this.#stdout += text);
    this.#process.stderr?.setEncoding("utf8").on("data", (text) => this.#stderr += text);
    this.ended = this.#end();
    this.ended.catch(() => {}); // told to those who await it
  }

  /** What it wrote to standard error so far. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Sends a signal to the program alone. */
  kill(signal: "SIGINT" | "SIGTERM" | "SIGKILL"): void {
    this.#process.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGTERM");
    const timer = setTimeout(() => {
      this.kill("SIGKILL");
      this.#process.stdout?.destroy();
      this.#process.stderr?.destroy();
    }, GRACE_MS);
    await this.ended.catch(() => {});
    clearTimeout(timer);
  }

  async #end(): Promise<Ended> {
    const [code, signal] = await once(this.#process, "close"); // rejects with the error of a failed start
    return { code: code ?? 128 + (SIGNALS[signal] ?? 0), stdout: this.#stdout, stderr: this.#stderr };
  }
}
