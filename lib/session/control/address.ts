import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { EXIT_CONFIG } from "../../config/home.ts";
import { UserError } from "../../support/errors.ts";

/** Longer paths of sockets are refused by the system (sun_path has 104 bytes on macOS, 108 on Linux, a zero included). */
const MAX_SOCKET_BYTES = 100;

/** The directory of sockets and tokens of a state directory, made for its owner only where it is missing. */
export function runDirectory(home: string): string {
  const path = join(home, "run");
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
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
  throw new UserError(`Cannot listen in "${path}": it is not a directory of this user alone`, {
    hint: "Remove it, or set HERMES_HOME to a directory with a shorter path",
    exitCode: EXIT_CONFIG,
  });
}
