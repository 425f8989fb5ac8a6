/** A signal that a command may answer. `SIGPIPE`: nobody reads standard output any more. */
export type Signal = "SIGHUP" | "SIGINT" | "SIGTERM" | "SIGPIPE";

/** Where a command writes text. */
export interface Output {
  /** Never throws and never waits; what the other side no longer takes is dropped. */
  write(text: string): void;
  readonly isTerminal: boolean;
  /** Of the terminal; undefined when it is none. */
  readonly columns: number | undefined;
  readonly rows: number | undefined;
}

/** Where a command reads text; read by one reader, once. */
export interface Input {
  readonly isTerminal: boolean;
  /** Something is sent there: it is a pipe or a file. */
  readonly isPiped: boolean;
  /** Line by line, without the "\n" or "\r\n" at the end, as they come. */
  lines(): AsyncIterable<string>;
  /** Whether whoever started the program holds the other end, and may never write to it or close it. */
  isHeld(): boolean;
  /** All there is until its end. */
  readAll(options?: ReadOptions): Promise<string>;
}

/** How far an input is read. */
export interface ReadOptions {
  /** No more than a piece beyond so many characters. */
  readonly most?: number;
  /** Called at each piece that comes. */
  readonly onPiece?: () => void;
  /** Called with the name of what it is, where that is not sound UTF-8. */
  readonly onEncoding?: (name: string) => void;
}

/** All that a command has of the world around the program, so that tests run it in process. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working directory, absolute. Throws a `UserError` where it is no more. */
  cwd(): string;
  /** Where the worker's module lies: only the program's entry can know. */
  readonly workerUrl: URL;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Asks the person on the terminal; no when they will not say. */
  confirm(question: string): Promise<boolean>;
  /** Asks for a secret on the terminal, which is not shown; null when they will not say. */
  askSecret(question: string): Promise<string | null>;
  /** Calls back at each such signal; until it is disposed, the signal does not end the process. */
  onSignal(signal: Signal, callback: () => void): Disposable;
}

/** Whether colour and cursor movements may go there: it is a terminal that knows them, and NO_COLOR is not set. */
export function takesAnsi(output: Output, env: Io["env"]): boolean {
  return output.isTerminal && !env.NO_COLOR && env.TERM !== "dumb";
}
