import { Buffer } from "node:buffer";
import { timingSafeEqual } from "node:crypto";
import { closeSync, lstatSync, openSync, rmSync, writeSync } from "node:fs";
import process from "node:process";
import { readIfThere } from "../../config/read_file.ts";
import { runDirectory, tokenPath } from "./address.ts";

/** Makes the token that clients of a host must know, in a file that only its owner can read. */
export function createToken(home: string, hostId: string): string {
  const token = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("hex");
  runDirectory(home);
  rmSync(tokenPath(home, hostId), { force: true });
  const file = openSync(tokenPath(home, hostId), "wx", 0o600);
  try {
    writeSync(file, token);
  } finally {
    closeSync(file);
  }
  return token;
}

/** The token of a host; null when it has none any more, or somebody else has put it there. */
export function readToken(home: string, hostId: string): string | null {
  const path = tokenPath(home, hostId);
  try {
    return lstatSync(path).uid === (process.getuid?.() ?? 0) ? readIfThere(path) : null;
  } catch {
    return null; // the host has left, or belongs to somebody else: both cannot be talked to
  }
}

/** Forgets the token of a host; where it cannot, whoever finds it later finds nobody who listens. */
export function removeToken(home: string, hostId: string): void {
  try {
    rmSync(tokenPath(home, hostId), { force: true });
  } catch {
    // see above
  }
}

/** Whether two tokens are the same, in a time that does not tell how much of them is. */
export function isSameToken(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
