import type { Input, Io, Output, Signal } from "../../lib/cli/io.ts";
import { runCli as run } from "../../lib/cli/root.ts";

/** The world around a command line that runs in the process of the test. */
export interface TestIoOptions {
  /** All there is: nothing comes from the environment of the test. */
  readonly env?: Io["env"];
  readonly cwd?: string;
  /** What is read: a text, or lines as they come. */
  readonly stdin?: string | AsyncIterable<string>;
  /** Whether stdin, stdout and stderr are a terminal, of this width and 24 rows. */
  readonly terminalColumns?: number;
}

/** How a command line ended. */
export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process, in a world of its own. */
export async function runCli(args: readonly string[], options: TestIoOptions = {}): Promise<CliResult> {
  const io = new TestIo(options);
  const code = await run(args, io);
  return { code, stdout: io.stdout.text, stderr: io.stderr.text };
}

/** An {@linkcode Io} that keeps what is written and sends signals when told to. */
export class TestIo implements Io {
  readonly env: Io["env"];
  readonly cwd: () => string;
  readonly workerUrl = new URL("../../lib/delegation/child_main.ts", import.meta.url);
  readonly stdin: Input;
  readonly stdout: TestOutput;
  readonly stderr: TestOutput;
  readonly #listeners = new Set<{ readonly signal: Signal; readonly callback: () => void }>();

  constructor({ env = {}, cwd = Deno.cwd(), stdin = "", terminalColumns }: TestIoOptions = {}) {
    this.env = env;
    this.cwd = () => cwd;
    this.stdin = testInput(stdin, terminalColumns !== undefined);
    this.stdout = new TestOutput(terminalColumns);
    this.stderr = new TestOutput(terminalColumns);
  }

  /** Nobody is there to tell it. */
  askSecret(): Promise<string | null> {
    return Promise.resolve(null);
  }

  /** Nobody is there to say yes. */
  confirm(): Promise<boolean> {
    return Promise.resolve(false);
  }

  onSignal(signal: Signal, callback: () => void): Disposable {
    const listener = { signal, callback };
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Sends a signal; says whether anyone listened. */
  signal(signal: Signal): boolean {
    const called = [...this.#listeners].filter((each) => each.signal === signal);
    for (const { callback } of called) callback();
    return called.length > 0;
  }
}

/** An {@linkcode Output} that keeps what is written; a terminal when it has `columns`. */
export class TestOutput implements Output {
  readonly isTerminal: boolean;
  /** Changes when the window does. */
  columns: number | undefined;
  readonly rows: number | undefined;
  text = "";

  constructor(columns?: number) {
    this.isTerminal = columns !== undefined;
    this.columns = columns;
    this.rows = columns === undefined ? undefined : 24;
  }

  write(text: string): void {
    this.text += text;
  }
}

function testInput(stdin: string | AsyncIterable<string>, isTerminal: boolean): Input {
  if (typeof stdin !== "string") {
    return {
      isTerminal,
      isPiped: !isTerminal,
      isHeld: () => false,
      lines: () => stdin,
      readAll: async () => (await Array.fromAsync(stdin)).join("\n"),
    };
  }
  return {
    isTerminal,
    isPiped: !isTerminal && stdin !== "",
    isHeld: () => false,
    async *lines() {
      yield* stdin.split("\n").slice(0, stdin.endsWith("\n") || stdin === "" ? -1 : undefined);
    },
    readAll: () => Promise.resolve(stdin),
  };
}
