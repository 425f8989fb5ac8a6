import { randomBytes } from "node:crypto";
import { renameSync, type Stats } from "node:fs";
import { access, constants, link, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ToolFailure } from "../../support/errors.ts";
import { codeOf } from "../../support/file_state.ts";
import type { ToolContext } from "../tool.ts";
import { cannot, fileFailure } from "./file_failure.ts";
import { type Fingerprint, fingerprint, scanFileAtOnce } from "./scan_file.ts";
import type { Target } from "./target.ts";

const NEW_FILE_MODE = 0o666;
const MODE_BITS = 0o7777;

/** What a file gets, and what it takes the place of. */
export interface NewContent {
  readonly text: string;
  /** What the file held when this was decided; null: there was none. */
  readonly replaces: Fingerprint | null;
}

/**
 * Puts the content in the place of the file, whole or not at all, with the mode and the owner it had; directories are
 * made. The agent has seen the file then, and its evidence names it. What another wrote or made meanwhile is not
 * replaced: it is looked at once more in the moment of the change. What remains are the microseconds between that look
 * and the change, for a writer in another thread or program, and whoever has the old file open and writes to it later.
 */
export async function storeFile(
  target: Target,
  { text, replaces }: NewContent,
  context: ToolContext,
): Promise<Fingerprint> {
  const bytes = new TextEncoder().encode(text);
  const print = fingerprint(bytes);
  // Seen in the same moment: another call of this agent may read the file before the next await is over.
  const onChange = () => context.filesSeen.set(target.real, print.sha256);
  await replace(target, bytes, { replaces, onChange }).catch(async (error) => {
    throw error instanceof ToolFailure ? error : await fileFailure(target.attempt, error);
  });
  context.evidence.fileWritten(target.real, print.bytes, print.sha256);
  return print;
}

interface Replacement extends Pick<NewContent, "replaces"> {
  /** Called when the file has its new content. */
  readonly onChange: () => void;
}

async function replace(
  target: Target,
  bytes: Uint8Array,
  { replaces, onChange }: Replacement,
): Promise<void> {
  const { real } = target;
  if (replaces === null) await mkdir(dirname(real), { recursive: true });
  else await access(real, constants.W_OK);
  const temporary = join(
    dirname(real),
    `.${basename(real).slice(0, 200)}.${randomBytes(4).toString("hex")}.tmp`,
  );
  try {
    await writeNew(temporary, bytes, replaces === null ? null : await stat(real));
    if (replaces === null) await create(temporary, target);
    else exchange(temporary, target, replaces);
    onChange();
  } finally {
    await rm(temporary, { force: true });
  }
}

/** With the mode and the owner of `like`; of another's file only the mode is kept where the system allows no more. */
async function writeNew(path: string, bytes: Uint8Array, like: Stats | null): Promise<void> {
  await using file = await open(path, "wx", like === null ? NEW_FILE_MODE : like.mode & MODE_BITS);
  if (like !== null) {
    const { uid, gid } = await file.stat();
    if (uid !== like.uid || gid !== like.gid) await file.chown(like.uid, like.gid).catch(() => {});
    await file.chmod(like.mode & MODE_BITS); // the umask took bits away, or a change of owner did
  }
  await file.writeFile(bytes);
}

/** Nothing happens in this thread between the look and the change. */
function exchange(temporary: string, { real, attempt }: Target, replaces: Fingerprint): void {
  if (scanFileAtOnce(real).sha256 !== replaces.sha256) {
    throw new ToolFailure("changed_since_read", `${cannot(attempt)}: somebody wrote to it just now`, {
      hint: "Read it again and keep their change",
    });
  }
  renameSync(temporary, real);
}

/** A link, unlike a rename, never replaces; where the file system has no links, a rename has to do. */
async function create(temporary: string, target: Target): Promise<void> {
  try {
    await link(temporary, target.real);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") {
      return await rename(temporary, target.real);
    }
    throw new ToolFailure("not_read", `${cannot(target.attempt)}: somebody made that file just now`, {
      hint: "Read it first, then decide",
      cause: error,
    });
  }
}
