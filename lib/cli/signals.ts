import { EXIT } from "./exit_codes.ts";
import type { Io, Signal } from "./io.ts";

const CODES: readonly (readonly [Signal, number])[] = [
  ["SIGINT", EXIT.interrupted],
  ["SIGTERM", EXIT.terminated],
  ["SIGHUP", EXIT.hangup],
  ["SIGPIPE", EXIT.brokenPipe],
];

/** Until it is disposed, no signal ends the process by itself, so that what runs can be stopped in peace. */
export function holdSignals(io: Io): Disposable {
  const held = new DisposableStack();
  for (const [signal] of CODES) held.use(io.onSignal(signal, () => {}));
  return held;
}

/** The signals that end a command, as one abort. Disposed, the signals do again what they do by themselves. */
export class Ending implements Disposable {
  readonly #controller = new AbortController();
  readonly #listeners = new DisposableStack();
  #exitCode: number | null = null;

  /** `except` are signals that the command answers itself. */
  constructor(io: Io, except: readonly Signal[] = []) {
    for (const [signal, code] of CODES) {
      if (!except.includes(signal)) this.#listeners.use(io.onSignal(signal, () => this.end(code)));
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The exit code of the first signal that came; null while none did. */
  get exitCode(): number | null {
    return this.#exitCode;
  }

  /** Ends the command with this exit code; the first one stays. */
  end(exitCode: number): void {
    this.#exitCode ??= exitCode;
    this.#controller.abort(new DOMException("The command was ended", "AbortError"));
  }

  [Symbol.dispose](): void {
    this.#listeners.dispose();
  }
}
