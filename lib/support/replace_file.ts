import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  linkSync,
  openSync,
  renameSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { codeOf } from "./file_state.ts";
import { overwriteFile } from "./overwrite_file.ts";
import { isNotAllowed, nameBeside, removeIfThere } from "./passing_file.ts";

/** What a file gets. */
export interface NewContent {
  readonly bytes: Uint8Array;
  /** Whether the file must not be there yet, must be there, or may be. */
  readonly expects: "none" | "file" | "either";
  /** Permission bits of a file that is made; the umask takes some away. */
  readonly newMode: number;
  /** Called in the moment before the change. What it throws leaves the file as it is. */
  readonly assertUnchanged?: () => void;
}

const MODE_BITS = 0o7777;

/**
 * Gives a file its new content, whole or not at all, with the mode and the owner it had. A reader sees the old content
 * or the new one; only a file that has several names, is mounted or lies where nothing may be made or moved is
 * overwritten in its place, and gets its old content back when that fails. `path` is absolute and no symbolic link.
 * Nothing else happens in this thread meanwhile. Throws the system's error.
 */
export function replaceFile(path: string, content: NewContent): void {
  const old = statSync(path, { throwIfNoEntry: content.expects === "file" });
  if (old === undefined || content.expects === "none") return make(path, content);
  assertWritable(path);
  if (old.nlink > 1 || !movedOver(path, old, content)) {
    overwriteFile(path, content.bytes, content.assertUnchanged);
  }
}

/** What nobody may write is not replaced, though its directory would allow it. */
function assertWritable(path: string): void {
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
  } catch (error) {
    if (codeOf(error) !== "ETXTBSY") throw error; // a program that runs may be replaced
  }
}

/** False where only the file itself may be written. */
function movedOver(path: string, old: Stats, { bytes, assertUnchanged }: NewContent): boolean {
  try {
    withTemporary(path, { bytes, mode: old.mode & MODE_BITS, like: old }, (temporary) => {
      assertUnchanged?.();
      renameSync(temporary, path);
    });
    return true;
  } catch (error) {
    if (!isNotAllowed(error)) throw error;
    return false;
  }
}

/** A link, unlike a rename, never replaces; where the file system has no links, a rename has to do. */
function make(path: string, content: NewContent): void {
  const { bytes, newMode, expects } = content;
  try {
    withTemporary(path, { bytes, mode: newMode, like: null }, (temporary) => {
      try {
        linkSync(temporary, path);
      } catch (error) {
        if (codeOf(error) === "EEXIST") throw error;
        renameSync(temporary, path);
      }
    });
  } catch (error) {
    if (codeOf(error) !== "EEXIST" || expects === "none") throw error;
    replaceFile(path, { ...content, expects: "file" });
  }
}

interface Temporary {
  readonly bytes: Uint8Array;
  readonly mode: number;
  /** Whose owner it gets. */
  readonly like: Stats | null;
}

function withTemporary(
  path: string,
  { bytes, mode, like }: Temporary,
  use: (temporary: string) => void,
): void {
  const temporary = nameBeside(path, "tmp");
  const file = openSync(temporary, "wx", mode);
  try {
    try {
      if (like !== null) copyRights(file, like);
      writeFileSync(file, bytes);
    } finally {
      closeSync(file);
    }
    use(temporary);
  } finally {
    removeIfThere(temporary);
  }
}

function copyRights(file: number, like: Stats): void {
  const { uid, gid } = fstatSync(file);
  if (uid !== like.uid || gid !== like.gid) fchownSync(file, like.uid, like.gid);
  fchmodSync(file, like.mode & MODE_BITS); // the umask took bits away, or a change of owner did
}
