import { type Io, type Output, takesAnsi } from "../io.ts";

const PROMPT = "> ";
/** Carriage return, then the line cleared to its end (ECMA-48: EL). */
const CLEAR_LINE = "\r\u001b[K";

/** Keeps the prompt of a terminal chat at the bottom: what others write goes above it. On a pipe there is no prompt. */
export class PromptScreen {
  /** The world of the chat, with outputs that make room for themselves. */
  readonly io: Io;
  readonly #out: Output;
  readonly #hasPrompt: boolean;
  /** Takes the prompt off the screen; null where that cannot be done. */
  readonly #clear: string | null;
  readonly #lines: AsyncIterator<string>;
  #isShown = false;

  constructor(io: Io) {
    this.#out = io.stdout;
    this.#hasPrompt = io.stdin.isTerminal && io.stdout.isTerminal;
    this.#clear = takesAnsi(io.stdout, io.env) ? CLEAR_LINE : null;
    this.#lines = io.stdin.lines()[Symbol.asyncIterator]();
    this.io = {
      ...io,
      onSignal: io.onSignal.bind(io),
      confirm: io.confirm.bind(io),
      askSecret: io.askSecret.bind(io),
      stdout: this.#above(io.stdout),
      stderr: this.#above(io.stderr),
    };
  }

  /** Takes the prompt away: from now on the agent speaks. */
  hide(): void {
    if (this.#isShown) this.#out.write(this.#clear ?? "\n");
    this.#isShown = false;
  }

  /** The next line that is entered; null at the end. Lines are read one at a time, by one reader. */
  async readLine(): Promise<string | null> {
    const { done, value } = await this.#lines.next();
    if (done === true) this.hide(); // no key that ends the line was echoed
    this.#isShown = false;
    return done === true ? null : value;
  }

  /** Shows the prompt: the chat takes a line. */
  show(): void {
    if (!this.#hasPrompt || this.#isShown) return;
    this.#isShown = true;
    this.#out.write(PROMPT);
  }

  #above(output: Output): Output {
    const write = (text: string) => {
      if (text === "") return;
      const comesBack = this.#isShown && this.#clear !== null && text.endsWith("\n");
      this.hide();
      output.write(text);
      if (comesBack) this.show();
    };
    return {
      write,
      isTerminal: output.isTerminal,
      get columns() {
        return output.columns;
      },
      get rows() {
        return output.rows;
      },
    };
  }
}
