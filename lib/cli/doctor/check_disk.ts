import { existsSync, readdirSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { isFullCode } from "../../config/unwritable.ts";
import { codeOf, fileState } from "../../support/file_state.ts";
import { formatBytes } from "../render/format_bytes.ts";
import { type Finding, finding, type Patient } from "./finding.ts";

const LOW_BYTES = 500_000_000;
const TOO_LOW_BYTES = 20_000_000;

/** Directories and files that are nobody else's business. */
const PRIVATE_DIRECTORIES = ["run", "spill", "logs"];
const PRIVATE_FILES = [
  ".env",
  "credentials.json",
  "sessions.db",
  "sessions.db-wal",
  "sessions.db-shm",
  "run/credential_state.json",
];

/** Whether the state directory can be written to, has room, and shows others nothing. */
export function checkDisk({ home, loaded }: Patient): readonly Finding[] {
  if (!existsSync(home)) return [finding("disk", "ok", `${home} does not exist yet, the first run makes it`)];
  const open = process.platform === "win32" ? [] : openToOthers(home, holdsKeys(loaded));
  return [...checkWriting(home), ...checkRoom(home), ...open];
}

function checkWriting(home: string): readonly Finding[] {
  const probe = join(home, `.doctor-${crypto.randomUUID()}`);
  try {
    writeFileSync(probe, "x", { mode: 0o600, flag: "wx" });
    return [];
  } catch (error) {
    const isFull = isFullCode(codeOf(error));
    const hint = isFull
      ? "Free some space on its disk"
      : "Make it writable for you, or set HERMES_HOME to another directory";
    return [finding("disk", "problem", `${home} cannot be written to: ${fileState(error)}`, hint)];
  } finally {
    rmSync(probe, { force: true });
  }
}

function checkRoom(home: string): readonly Finding[] {
  const { bavail, bsize } = statfsSync(home);
  const free = bavail * bsize;
  const message = `${formatBytes(free)} free for ${home}`;
  if (free >= LOW_BYTES) return [finding("disk", "ok", message)];
  return [
    finding("disk", free < TOO_LOW_BYTES ? "problem" : "warning", message, "Free some space on its disk"),
  ];
}

/** A config.yaml without keys may be seen by anybody. */
function holdsKeys(loaded: Patient["loaded"]): boolean {
  return Object.values(loaded?.config.providers ?? {}).some(({ api_key }) => api_key !== null);
}

function openToOthers(home: string, isConfigPrivate: boolean): readonly Finding[] {
  const run = join(home, "run");
  const tokens = existsSync(run) ? readdirSync(run).filter((name) => name.endsWith(".token")) : [];
  const files = [
    ...PRIVATE_FILES,
    ...isConfigPrivate ? ["config.yaml"] : [],
    ...tokens.map((name) => `run/${name}`),
  ];
  const open = (names: readonly string[], mode: string) =>
    names.map((name) => join(home, name)).filter(isOpen).map((path) =>
      finding("disk", "warning", `${path} can be seen by others`, `chmod ${mode} ${path}`)
    );
  return [...open(files, "600"), ...open(PRIVATE_DIRECTORIES, "700")];
}

function isOpen(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && (found.mode & 0o077) !== 0;
}
