import { type Reading, saysHowItIsUsed, saysWhatItWould } from "./dry_run.ts";
import type { Invocation, ShellWord } from "./invocation.ts";

type Called = Pick<Invocation, "name" | "args" | "takesMore">;

/** The options and operands of a program, however they are written. */
export class Arguments {
  readonly words: readonly string[];
  readonly operands: readonly string[];
  readonly #options: readonly string[];
  readonly #called: Called;
  readonly #reading: Reading;

  /** `permutes`: whether the program surely finds options behind its operands. */
  constructor(called: Called, permutes = false) {
    const { args, takesMore } = called;
    this.#called = called;
    this.#reading = { permutes, takesMore };
    this.words = args.map(({ text }) => text);
    const end = this.words.indexOf("--");
    const before = end < 0 ? this.words : this.words.slice(0, end);
    this.#options = before.filter((word) => /^-./.test(word));
    this.operands = [
      ...before.filter((word) => !/^-./.test(word)),
      ...(end < 0 ? [] : this.words.slice(end + 1)),
    ];
  }

  /** Whether one of these short options is given, alone or among others: `r` is in `-rf`. */
  has(letters: string): boolean {
    return this.#options.some((option) =>
      /^-[^-]/.test(option) && [...letters].some((letter) => option.includes(letter))
    );
  }

  /** Whether a long option is given, shortened too as getopt_long(3) takes it, with or without a value. */
  hasLong(...names: readonly string[]): boolean {
    return this.#options.some((option) => {
      const given = /^--([\w-]+)/.exec(option)?.[1];
      return given !== undefined && names.some((name) => name.startsWith(given));
    });
  }

  /** Whether an option of several letters with one dash is given, in any case. */
  hasFlag(name: string): boolean {
    return this.#options.some((option) => option.toLowerCase() === name);
  }

  /** Whether a word stands among the arguments, as it is or before "=". */
  hasWord(...names: readonly string[]): boolean {
    return this.words.some((word) => names.includes(word) || names.includes(word.split("=")[0] ?? ""));
  }

  /**
   * What the first of these options that is given has for a value: behind it, behind "=" or as the next word; of a
   * letter at the end of several, the next word.
   */
  valueOf(...names: readonly string[]): string | undefined {
    for (const [index, word] of this.words.entries()) {
      if (names.includes(word)) return this.words[index + 1];
      if (/^-[a-zA-Z]{2,6}$/.test(word) && names.includes(`-${word.at(-1)}`)) return this.words[index + 1];
      const name = names.find((each) => word.startsWith(each.startsWith("--") ? `${each}=` : each));
      if (name !== undefined) return word.slice(name.length).replace(/^=/, "");
    }
    return undefined;
  }

  /** Of sed(1): whether it writes the files that it reads. */
  get editsInPlace(): boolean {
    return this.has("i") || this.hasLong("in-place");
  }

  /** The sub-command: the first operand. */
  get verb(): string {
    return this.operands[0] ?? "";
  }

  /** The same of the words behind so many. */
  behind(count: number): Arguments {
    return new Arguments({ ...this.#called, args: this.#words.slice(count) }, this.#reading.permutes);
  }

  /** Whether the program only says what it would do, or how it is used. */
  get isDryRun(): boolean {
    return this.isDry() || saysHowItIsUsed(this.#called.name, this.#words, this.#reading);
  }

  /** Whether it only says what it would do, for which these letters are short. */
  isDry(letters = ""): boolean {
    return saysWhatItWould(this.#words, this.#reading, letters);
  }

  get #words(): readonly ShellWord[] {
    return this.#called.args;
  }
}
