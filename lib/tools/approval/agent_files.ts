/** More files than an agent writes by itself; beyond them the oldest are forgotten. */
const MAX_FILES = 10_000;

/** The files that the agents of a session have written, or fetched from elsewhere. */
export class AgentFiles {
  /** In ms since 1970: files that are older are not theirs. */
  readonly since: number;
  readonly #files = new Map<string, { readonly isFetched: boolean }>();

  constructor(since: number) {
    this.since = since;
  }

  /** Keeps that an agent writes a file, absolute. */
  add(path: string, isFetched: boolean): void {
    const before = this.#files.get(path);
    this.#files.delete(path);
    this.#files.set(path, { isFetched: isFetched || before?.isFetched === true });
    const [oldest] = this.#files.keys();
    if (this.#files.size > MAX_FILES && oldest !== undefined) this.#files.delete(oldest);
  }

  /** Whether an agent wrote it, and whether what it holds came from elsewhere. */
  get(path: string): { readonly isFetched: boolean } | undefined {
    return this.#files.get(path);
  }
}
