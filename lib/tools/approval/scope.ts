/** How long a word may become by what stands in it: variables of variables double with each. */
const MAX_LENGTH = 64 * 1024;

/** What a script has set its variables to, as far as it can be read: in the order of the text. */
export class Scope {
  /** Whether something was left out, because it grows beyond what anybody writes. */
  isOverfull = false;
  /** Several for an array; null: set to what is only known when it runs. */
  readonly #values = new Map<string, readonly string[] | null>();

  readonly #inputs = new Set<string>();

  /** Whether a text is too long to be followed; then it counts as not known. */
  isTooLong(length: number): boolean {
    if (length > MAX_LENGTH) this.isOverfull = true;
    return length > MAX_LENGTH;
  }

  /** `known` are variables of the environment whose values are known. */
  constructor(known: Readonly<Record<string, string>>) {
    for (const [name, value] of Object.entries(known)) this.#values.set(name, [value]);
  }

  /** The words of a variable; null: it is set here, nobody knows to what; undefined: it is the environment's. */
  valueOf(name: string): readonly string[] | null | undefined {
    return /^[A-Za-z_]\w*$/.test(name) ? this.#values.get(name) : null;
  }

  /** Whether a variable holds what the script reads from its input. */
  isInput(name: string): boolean {
    return this.#inputs.has(name);
  }

  /** A variable holds what is read. */
  read(name: string): void {
    this.#inputs.add(name);
    this.#values.set(name, null);
  }

  /** A variable holds this from now on, in one round of a loop. */
  loop(name: string, value: readonly string[] | null): void {
    this.#values.set(name, this.#bounded(value));
  }

  /** A variable that is set twice to different things may be either. */
  set(name: string, given: readonly string[] | null): void {
    const value = this.#bounded(given);
    const known = this.#values.get(name);
    const isSame = known === undefined || known?.join("\0") === value?.join("\0");
    this.#values.set(name, isSame ? value : null);
  }

  #bounded(value: readonly string[] | null): readonly string[] | null {
    const length = value?.reduce((sum, each) => sum + each.length + 1, 0) ?? 0;
    return this.isTooLong(length) ? null : value;
  }
}
