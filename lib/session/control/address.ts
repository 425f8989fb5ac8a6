import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { chmodSync, lstatSync, mkdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { EXIT_CONFIG } from "../../config/home.ts";
import { UserError } from "../../support/errors.ts";

/** Longer paths of sockets are refused by the system (sun_path has 104 bytes on macOS, 108 on Linux, a zero included). */
const MAX_SOCKET_BYTES = 100;

/**
 * The directory of sockets and tokens of a state directory, made for its owner only where it is missing, and closed to
 * others where it was open. Throws a `UserError` when it is somebody else's.
 */
export function runDirectory(home: string): string {
  const path = join(home, "run");
  mkdirSync(path, { recursive: true, mode: 0o700 });
  closeRunDirectory(home);
  return path;
}

/** Closes the directory of sockets and tokens to others where it is open to them: whether it was; it need not exist. */
export function closeRunDirectory(home: string): boolean {
  if (process.platform === "win32") return false;
  const path = join(home, "run");
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() !== true) return false;
  if (found.uid !== process.getuid?.()) {
    throw notOurs(path, "Remove it, or set HERMES_HOME to another directory");
  }
  if ((found.mode & 0o077) === 0) return false;
  chmodSync(path, 0o700);
  return true;
}

/** The file that has the token of a host. */
export function tokenPath(home: string, hostId: string): string {
  return join(home, "run", `${hostId}.token`);
}

/**
 * Where a host listens: in `run/`, or where that is too long for a socket in a directory of the user's own among the
 * temporary files; a named pipe on Windows. Throws when that directory belongs to somebody else.
 */
export function socketPath(home: string, hostId: string): string {
  const name = `${createHash("sha256").update(home).digest("hex").slice(0, 12)}-${hostId}`;
  if (process.platform === "win32") return `\\\\.\\pipe\\hermes-${name}`;
  const near = join(runDirectory(home), `${hostId}.sock`);
  if (Buffer.byteLength(near) <= MAX_SOCKET_BYTES) return near;
  const far = join(ownDirectory(tmpdir()), `${name}.sock`);
  return Buffer.byteLength(far) <= MAX_SOCKET_BYTES ? far : join(ownDirectory("/tmp"), `${name}.sock`);
}

function ownDirectory(base: string): string {
  const uid = process.getuid?.() ?? 0;
  const path = join(base, `hermes-${uid}`);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  if (found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0) return path;
  throw notOurs(path, "Remove it, or set HERMES_HOME to a directory with a shorter path");
}

function notOurs(path: string, hint: string): UserError {
  const message = `Cannot listen in "${path}": it is not a directory of this user alone`;
  return new UserError(message, { hint, exitCode: EXIT_CONFIG });
}
