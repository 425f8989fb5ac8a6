import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { messageOf } from "./errors.ts";
import { isNotAllowed, nameBeside, removeIfThere } from "./passing_file.ts";

/**
 * Writes a file in its place, so that its other names and mounts see it. What is beyond the old end is written first:
 * a want of space shows before anything is lost. When it fails the old content is put back; until it is done a copy of
 * that lies beside the file, or in the directory for temporary files, wherever one may be made. `assertUnchanged` is
 * called in the moment before. Throws the system's error.
 */
export function overwriteFile(path: string, bytes: Uint8Array, assertUnchanged?: () => void): void {
  const file = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    const { mode } = fstatSync(file);
    const old = readFileSync(file);
    const copy = keepCopy(path, old);
    try {
      assertUnchanged?.();
      pour(file, { old, bytes, copy, mode });
    } catch (error) {
      if (!(error instanceof ContentLost)) removeCopy(copy);
      throw error;
    }
    removeCopy(copy);
  } finally {
    closeSync(file);
  }
}

/** Neither the new content could be written nor the old one put back. */
class ContentLost extends Error {}

interface Pouring {
  readonly old: Uint8Array;
  readonly bytes: Uint8Array;
  readonly copy: string | null;
  readonly mode: number;
}

function pour(file: number, { old, bytes, copy, mode }: Pouring): void {
  try {
    writeAt(file, bytes, old.length);
    writeAt(file, bytes.subarray(0, old.length), 0);
    ftruncateSync(file, bytes.length);
    fsyncSync(file);
    keepMode(file, mode);
  } catch (error) {
    putBack(file, { old, copy }, error);
    throw error;
  }
}

function putBack(file: number, { old, copy }: Pick<Pouring, "old" | "copy">, cause: unknown): void {
  try {
    writeAt(file, old, 0);
    ftruncateSync(file, old.length);
  } catch {
    const where = copy === null ? "is lost" : `is in "${copy}"`;
    throw new ContentLost(`${messageOf(cause)}; what it held ${where}`, { cause });
  }
}

/** The system takes the bits away that lend rights, and only the owner may give them back. */
function keepMode(file: number, mode: number): void {
  if (fstatSync(file).mode === mode) return;
  try {
    fchmodSync(file, mode & 0o7777);
  } catch (error) {
    if (!isNotAllowed(error)) throw error;
  }
}

/** Writes what of `bytes` begins at `from`, there. */
function writeAt(file: number, bytes: Uint8Array, from: number): void {
  for (let at = from; at < bytes.length;) at += writeSync(file, bytes, at, bytes.length - at, at);
}

/** Null where nothing may be made at all; a disk that is full is an error unless there is another. */
function keepCopy(path: string, old: Uint8Array): string | null {
  let fault: unknown = null;
  for (const directory of [dirname(path), tmpdir()]) {
    const copy = nameBeside(path, "old", directory);
    try {
      writeFileSync(copy, old, { mode: 0o600, flag: "wx" });
      return copy;
    } catch (error) {
      if (isNotAllowed(error)) continue;
      removeIfThere(copy); // a disk that is full keeps a part of it
      fault = error;
    }
  }
  if (fault !== null) throw fault;
  return null;
}

function removeCopy(copy: string | null): void {
  if (copy !== null) removeIfThere(copy);
}
