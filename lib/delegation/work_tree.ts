import { type Clock, systemClock } from "../support/clock.ts";
import { runGit } from "./run_git.ts";
import { type TreeSnapshot, treeSnapshot } from "./tree_snapshot.ts";

/** What changed, as far as git said it in time. */
export interface TreeChanges {
  /** From the root of the work tree; null: it cannot be told. */
  readonly paths: readonly string[] | null;
  /** What is missing and why; null: nothing is, or there is no work tree. */
  readonly note: string | null;
}

/** So long may git take each time. */
const GIT_MS = 1_500;
/** How many directories a note names. */
const NAMED = 5;

/**
 * What changed in a git work tree while a child ran commands, by git's own status before its first command and at its
 * end, what was committed and the repositories inside included. Children that share a directory see each other's
 * changes; outside of a work tree there is nothing to tell. A git that is slow is done without.
 */
export class WorkTreeChanges {
  readonly #cwd: string;
  readonly #clock: Clock;
  #before: Promise<Seen> | null = null;

  constructor(cwd: string, clock: Clock = systemClock) {
    this.#cwd = cwd;
    this.#clock = clock;
  }

  /** Takes the state before the first command; called again it only waits for it. Rejects with the signal's reason. */
  async begin(signal: AbortSignal): Promise<void> {
    this.#before ??= this.#inTime(signal, (inTime) => treeSnapshot(this.#cwd, inTime));
    await this.#before;
    if (!signal.aborted) return;
    this.#before = null;
    signal.throwIfAborted();
  }

  /** Rejects with the signal's reason. */
  async end(signal: AbortSignal): Promise<TreeChanges> {
    const before = await this.#before ?? "nothing";
    if (typeof before === "string") return { paths: null, note: NOTES[before] };
    const changes = await this.#inTime(signal, async (inTime) => {
      const after = await treeSnapshot(this.#cwd, inTime);
      return typeof after === "string"
        ? { paths: null, note: NOTES[after] }
        : await compared(before, after, inTime);
    });
    signal.throwIfAborted();
    return changes;
  }

  async #inTime<T>(signal: AbortSignal, look: (inTime: AbortSignal) => Promise<T>): Promise<T> {
    const late = new AbortController();
    using _ = this.#clock.after(GIT_MS, () => late.abort());
    return await look(AbortSignal.any([signal, late.signal]));
  }
}

type Seen = Awaited<ReturnType<typeof treeSnapshot>>;

const NOTES = {
  nothing: null,
  ended: `not told: git took longer than ${GIT_MS / 1000} s`,
  too_much: "not told: git reports too many changes",
} as const;

async function compared(
  before: TreeSnapshot,
  after: TreeSnapshot,
  signal: AbortSignal,
): Promise<TreeChanges> {
  const paths = new Set([...before.files.keys(), ...after.files.keys()]);
  for (const path of paths) {
    if (before.files.get(path) === after.files.get(path)) paths.delete(path);
  }
  const unseen = new Set([...before.unseen, ...after.unseen]);
  for (const [inside, commit] of after.commits) {
    const old = before.commits.get(inside);
    if (old === commit) continue;
    if (inside !== "") paths.add(inside);
    if (old === undefined) continue;
    const committed = await committedIn(after.root + "/" + inside, [old, commit], signal);
    if (committed === null) unseen.add(inside);
    for (const path of committed ?? []) paths.add(inside + path);
  }
  const seen = [...paths].filter((path) =>
    ![...unseen].some((inside) => inside !== "" && path.startsWith(inside))
  );
  return { paths: seen.sort(), note: unseen.size === 0 ? null : unseenNote([...unseen]) };
}

/** The paths that differ between two commits, of which the first may be none yet; null: it cannot be told. */
async function committedIn(
  directory: string,
  [old, commit]: readonly [string, string],
  signal: AbortSignal,
): Promise<string[] | null> {
  const from = old === "(initial)" ? EMPTY_TREE : old;
  const reply = await runGit(directory, ["diff", "--name-only", "--no-renames", "-z", from, commit], signal);
  return typeof reply === "string" ? null : reply.printed.split("\0").filter((path) => path !== "");
}

/** The name that git gives to a tree of nothing. */
const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

function unseenNote(unseen: readonly string[]): string {
  const named = unseen.slice(0, NAMED).map((inside) => inside === "" ? "what was committed" : inside);
  const more = unseen.length > NAMED ? ` and ${unseen.length - NAMED} more` : "";
  return `not told of ${named.join(", ")}${more}: git did not say`;
}
