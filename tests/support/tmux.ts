/** What to show on the terminal. */
export interface TmuxOptions {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** A directory of the test; the terminal's socket is put there. */
  readonly socketDir: string;
  readonly columns?: number;
  readonly rows?: number;
}

const POLL_MS = 15;
const PATIENCE_MS = 60_000;

/** A program on a real terminal: keys in, screen out. The terminal ends with the scope. */
export class Tmux implements Disposable {
  readonly #socket: string;
  readonly #env: Record<string, string>;
  readonly #codeFile: string;

  constructor({ command, env, cwd, socketDir, columns = 100, rows = 30 }: TmuxOptions) {
    this.#socket = `${socketDir}/tmux`;
    this.#codeFile = `${socketDir}/exit_code`;
    this.#env = { ...env, TERM: "xterm-256color" };
    const size = ["-x", String(columns), "-y", String(rows)];
    const options = ["set-option", "-g", "remain-on-exit", "on", ";"];
    this.#tmux([
      ...options,
      "new-session",
      "-d",
      "-c",
      cwd,
      ...size,
      "--",
      ...noting(this.#codeFile),
      ...command,
    ]);
  }

  /** Sends keys by tmux's names: `"Enter"`, `"C-c"`, `"Escape"`. */
  press(...keys: string[]): void {
    this.#tmux(["send-keys", ...keys]);
  }

  /** Types text as it is. */
  type(text: string): void {
    this.#tmux(["send-keys", "-l", "--", text]);
  }

  /** Types a line and ends it. */
  enter(line: string): void {
    this.type(line);
    this.press("Enter");
  }

  /** Gives the terminal another size. */
  resize(columns: number, rows: number): void {
    this.#tmux(["resize-window", "-x", String(columns), "-y", String(rows)]);
  }

  /** The text on the screen, with what scrolled off above it. */
  screen(): string {
    return this.#tmux(["capture-pane", "-p", "-J", "-S", "-"]);
  }

  /** Resolves with the screen once it matches; rejects with the last one. */
  async waitFor(pattern: RegExp): Promise<string> {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const screen = this.screen();
      if (pattern.test(screen)) return screen;
      if (Date.now() > until) throw new Error(`The screen never showed ${pattern}:\n${screen}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Resolves with the exit code once the program has ended. */
  async ended(): Promise<number> {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const code = readCode(this.#codeFile);
      if (code !== null) return code;
      if (Date.now() > until) throw new Error(`The program never ended:\n${this.screen()}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  [Symbol.dispose](): void {
    this.#tmux(["kill-server"]);
  }

  #tmux(args: readonly string[]): string {
    const { success, stdout, stderr } = new Deno.Command("tmux", {
      args: ["-f", "/dev/null", "-S", this.#socket, ...args],
      env: this.#env,
      clearEnv: true,
    }).outputSync();
    if (!success) throw new Error(`tmux ${args[0]}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  }
}

/** A shell around a command that notes its exit code in a file: tmux itself may lose it. Keys reach the command. */
function noting(file: string): string[] {
  return [
    "sh",
    "-c",
    'trap : INT; file=$1; shift; "$@"; code=$?; echo $code > "$file"; exit $code',
    "sh",
    file,
  ];
}

/** Null until a whole line stands in the file. */
function readCode(file: string): number | null {
  try {
    const text = Deno.readTextFileSync(file);
    return text.endsWith("\n") ? Number(text) : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
