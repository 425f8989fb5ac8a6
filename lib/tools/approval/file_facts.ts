import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { readStart } from "../../support/read_chunks.ts";
import type { AgentFiles } from "./agent_files.ts";
import type { Facts } from "./facts.ts";
import { isTracked } from "./git_index.ts";
import { meaningsOf } from "./meanings.ts";

interface Fact {
  readonly isThere: boolean;
  readonly isOld: boolean;
  readonly script: string | null | undefined;
}

/** How many files one command is looked up for; more are taken for old ones. */
const MAX_FILES = 256;
/** How many of the files that a pattern names are looked at, and how much of it may be open. */
const MAX_NAMED = 32;
const MAX_STARS = 3;
/** How many paths of one command are followed. */
const MAX_FOLLOWED = 1000;
/** How many names of directories the patterns of one command are compared with. */
const MAX_NAMES = 4000;
/** How much of a script is read. */
const MAX_BYTES = 256 * 1024;
/** What is read here is bounded, and waits for nobody. */
const NEVER = new AbortController().signal;

/** Facts of the file system, for one command: what was asked for in vain is looked up by {@linkcode FileFacts.learn}. */
export class FileFacts implements Facts {
  readonly #files: AgentFiles;
  readonly #known = new Map<string, Fact>();
  readonly #wanted = new Set<string>();
  readonly #meanings = new Map<string, readonly string[]>();
  readonly #followed = new Set<string>();
  readonly #left = { names: MAX_NAMES };
  readonly #written = new Map<string, boolean>();

  constructor(files: AgentFiles) {
    this.#files = files;
  }

  isOld(path: string): boolean {
    return this.#get(path)?.isOld === true;
  }

  isThere(path: string): boolean {
    return this.#get(path)?.isThere === true;
  }

  scriptOf(path: string): string | null | undefined {
    return this.#files.get(path) === undefined ? undefined : this.#get(path)?.script;
  }

  meaningsOf(path: string): readonly string[] {
    const known = this.#meanings.get(path);
    if (known === undefined && !this.isExhausted) this.#followed.add(path);
    return known ?? [];
  }

  get isExhausted(): boolean {
    return this.#meanings.size + this.#followed.size >= MAX_FOLLOWED;
  }

  writes(path: string, isFetched: boolean): void {
    this.#written.set(path, isFetched);
  }

  /** Looks up what was asked for; resolves with false when there was nothing. */
  async learn(): Promise<boolean> {
    const paths = [...this.#wanted];
    const followed = [...this.#followed];
    this.#wanted.clear();
    this.#followed.clear();
    await Promise.all(paths.map(async (path) => this.#known.set(path, await this.#look(path))));
    for (const path of followed) this.#meanings.set(path, await meaningsOf(path, this.#left));
    return paths.length + followed.length > 0;
  }

  /** Keeps what the command writes: it is about to. */
  keep(): void {
    for (const [path, isFetched] of this.#written) this.#files.add(path, isFetched);
  }

  #get(path: string): Fact | undefined {
    const fact = this.#known.get(path);
    if (fact !== undefined) return fact;
    if (this.#known.size + this.#wanted.size >= MAX_FILES) return TOO_MANY;
    this.#wanted.add(path);
    return undefined;
  }

  async #look(path: string): Promise<Fact> {
    const entry = await stat(path).catch(() => null);
    if (entry === null) return isPattern(path) ? await this.#lookAll(path) : NOTHING;
    const isFile = entry.isFile() && entry.size > 0;
    const isNew = entry.birthtimeMs >= this.#files.since && !await isTracked(path, NEVER);
    const agents = this.#files.get(path);
    const script = agents === undefined ? undefined : agents.isFetched ? null : await textOf(path);
    return { isThere: true, isOld: isFile && !isNew, script };
  }

  async #lookAll(path: string): Promise<Fact> {
    const facts = await Promise.all((await namedBy(path)).map((each) => this.#look(each)));
    return {
      isThere: facts.some((fact) => fact.isThere),
      isOld: facts.some((fact) => fact.isOld),
      script: null,
    };
  }
}

/** Whether the last part of a path stands for several files. */
function isPattern(path: string): boolean {
  const stars = basename(path).split(/[*?]+/).length - 1;
  return stars > 0 && stars <= MAX_STARS;
}

/** The files of a directory that a pattern of the shell stands for, without those that begin with a dot. */
async function namedBy(path: string): Promise<readonly string[]> {
  const names = await readdir(dirname(path)).catch(() => []);
  const pattern = new RegExp(
    `^${
      basename(path).split(/(\*+|\?)/).map((part) =>
        part === "?" ? "." : part.startsWith("*") ? ".*" : part.replace(/[.+^${}()|[\]\\]/g, "\\$&")
      ).join("")
    }$`,
    "s",
  );
  const isHidden = basename(path).startsWith(".");
  return names.filter((name) => name.startsWith(".") === isHidden && pattern.test(name) && !isPattern(name))
    .slice(0, MAX_NAMED).map((name) => join(dirname(path), name));
}

const NOTHING: Fact = { isThere: false, isOld: false, script: undefined };
const TOO_MANY: Fact = { isThere: true, isOld: true, script: undefined };

async function textOf(path: string): Promise<string | null> {
  const read = await readStart(path, { signal: NEVER, maxBytes: MAX_BYTES }).catch(() => null);
  return read && new TextDecoder().decode(read.content); // what cannot be read nobody knows
}
