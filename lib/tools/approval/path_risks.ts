import { dirname, isAbsolute, normalize, resolve } from "node:path";
import { isPattern, mayEndIn, mayMean } from "./glob.ts";
import { heldInHome, holdsKeysAnywhere, KEY_SAMPLES, SYSTEM_SAMPLES } from "./key_places.ts";
import { DECIDES, type Risk, type RiskGround, STOPS, WIPES } from "./risk.ts";
import {
  isActedOnAnywhere,
  isActedOnInProjects,
  isStartupInHome,
  PROJECT_SAMPLES,
  STARTUP_SAMPLES,
} from "./startup_places.ts";

const WRITES = "writes a file that the system or your shell acts on";
const READS_KEYS = "touches files that hold keys";
const READS_PRIVATE = "reads histories or what a browser keeps";

/** A whole disk, or a part of one. */
const DISK =
  /^\/dev\/(sd[a-z]|hd[a-z]|vd[a-z]|xvd[a-z]|nvme\d|mmcblk\d|disk|rdisk\d|mapper\/|md\d|dm-\d|mem$|kmem$|vg\w*\/)/;

type KeyGround = Pick<RiskGround, "home" | "secretPaths" | "meaningsOf">;

/** Why writing this path asks; null: it does not. Relative paths are taken from `cwd`. */
export function writeRisk(path: string, cwd: string, ground: RiskGround): Risk | null {
  return first(meant(path, cwd, ground), (target) => writtenAt(target, ground));
}

function writtenAt(target: string, ground: RiskGround): Risk | null {
  if (DISK.test(target)) return WIPES;
  if (target === "/proc/sysrq-trigger") return STOPS;
  if (ground.secretPaths.some((secret) => isAt(secret, target))) return DECIDES;
  if (isState(target, ground) || isActedOnAnywhere(target) || isStartup(target, ground)) return WRITES;
  return heldAt(target, ground);
}

/** Whether something runs or obeys a file by itself, other than those of the system. */
export function startupRisk(path: string, cwd: string, ground: RiskGround): Risk | null {
  return first(
    meant(path, cwd, ground),
    (target) => isActedOnInProjects(target) || isStartup(target, ground) ? WRITES : null,
  );
}

/** Why a command with this word among its own, or a tool that reads it, asks, if it is a path; null: it does not. */
export function keysRisk(word: string, cwd: string, ground: KeyGround): Risk | null {
  const path = word.replace(/^(file:\/\/|@|[\w-]+=@?)/, "");
  return word === "" ? null : first(meant(path, cwd, ground), (target) => heldAt(target, ground));
}

function heldAt(path: string, ground: KeyGround): Risk | null {
  const { secretPaths, home } = ground;
  const isSecret = secretPaths.some((secret) => isAt(secret, path) || isAt(dirname(secret), path, true));
  if (isSecret || holdsKeysAnywhere(path)) return READS_KEYS;
  const inHome = homeRest(path, home);
  const held = inHome === null ? null : heldInHome(inHome);
  if (held !== null) return held === "keys" ? READS_KEYS : READS_PRIVATE;
  return isPattern(path) && mayMeanAny(path, KEY_SAMPLES, SYSTEM_SAMPLES, ground) ? READS_KEYS : null;
}

function isStartup(path: string, ground: RiskGround): boolean {
  const inHome = homeRest(path, ground.home);
  if (inHome !== null && isStartupInHome(inHome)) return true;
  return isPattern(path) &&
    (mayMeanAny(path, STARTUP_SAMPLES, [], ground) ||
      PROJECT_SAMPLES.some((sample) => mayEndIn(path, sample)));
}

/** Whether a path is a place or below it, or a pattern that may be. */
function isAt(place: string, path: string, isItself = false): boolean {
  if (path === place || (!isItself && below(path, place) !== null)) return true;
  if (!isPattern(path)) return false;
  const names = path.split("/");
  const upTo = isItself ? names : names.slice(0, place.split("/").length);
  return mayMean(upTo.join("/"), place);
}

/** Whether a pattern may mean one of some places of a home directory, or of others. */
function mayMeanAny(
  pattern: string,
  inHome: readonly string[],
  others: readonly string[],
  { home }: KeyGround,
): boolean {
  const rest = homeRest(pattern, home);
  const process = pattern.replace(/^\/proc\/[^/]+/, "/proc/1");
  return others.some((sample) => mayMean(process, sample)) ||
    inHome.some((sample) =>
      mayMean(pattern, `${home}/${sample}`) || (rest !== null && mayMean(rest, sample))
    );
}

/** What a path says, and what it means by links and patterns. */
function meant(path: string, cwd: string, ground: KeyGround): readonly string[] {
  if (path === "" || path.length > MAX_PATH) return [];
  const target = absolute(path, cwd);
  const written = isAbsolute(path) ? path : `${cwd}/${path}`; // `link/..` is not where the link lies
  const said = written !== target && written.startsWith("/proc/") ? [target, written] : [target];
  return [...said, ...(ground.meaningsOf?.(written) ?? [])];
}

function first(paths: readonly string[], riskOf: (path: string) => Risk | null): Risk | null {
  for (const path of paths) {
    const risk = riskOf(path);
    if (risk !== null) return risk;
  }
  return null;
}

/** Longer than any path that a system takes. */
const MAX_PATH = 4096;

/** What the program keeps for itself; worktrees and outputs of agents are theirs. */
function isState(path: string, { hermesHome }: RiskGround): boolean {
  const rest = below(path, hermesHome);
  return path === hermesHome || (rest !== null && !/^(worktrees|spill|sessions)\//.test(rest));
}

/** The absolute form of a path as a command of `cwd` means it. */
export function absolute(path: string, cwd: string): string {
  return isAbsolute(path) ? normalize(path) : resolve(cwd, path);
}

/** The path from a home directory on, of this user or another; null when it is not below one. */
export function homeRest(path: string, home: string): string | null {
  return below(path, home) ?? /^(?:\/(?:home|Users)\/[^/]+|\/root|\/var\/root)\/(.+)$/.exec(path)?.[1] ??
    null;
}

/** The path from `folder` on; null when it is not below it. */
export function below(path: string, folder: string): string | null {
  const prefix = folder.endsWith("/") ? folder : `${folder}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : null;
}
