import { dirname, isAbsolute, normalize, resolve } from "node:path";
import { heldInHome, holdsKeysAnywhere, KEY_SAMPLES } from "./key_places.ts";
import { DECIDES, type Risk, type RiskGround, STOPS, WIPES } from "./risk.ts";
import { isActedOnAnywhere, isStartupInHome } from "./startup_places.ts";

const WRITES = "writes a file that the system or your shell acts on";
const READS_KEYS = "touches files that hold keys";
const READS_PRIVATE = "reads histories or what a browser keeps";

/** A whole disk, or a part of one. */
const DISK =
  /^\/dev\/(sd[a-z]|hd[a-z]|vd[a-z]|xvd[a-z]|nvme\d|mmcblk\d|disk|rdisk\d|mapper\/|md\d|dm-\d|mem$|kmem$|vg\w*\/)/;

/** Why writing this path asks; null: it does not. Relative paths are taken from `cwd`. */
export function writeRisk(path: string, cwd: string, ground: RiskGround): Risk | null {
  const target = absolute(path, cwd);
  if (DISK.test(target)) return WIPES;
  if (target === "/proc/sysrq-trigger") return STOPS;
  if (ground.secretPaths.some((secret) => target === secret || below(target, secret) !== null)) {
    return DECIDES;
  }
  const inHome = homeRest(target, ground.home);
  const isActedOn = isState(target, ground) || isActedOnAnywhere(target) ||
    (inHome !== null && isStartupInHome(inHome));
  return isActedOn ? WRITES : keysRisk(target, cwd, ground);
}

/** Why a command with this word among its own, or a tool that reads it, asks, if it is a path; null: it does not. */
export function keysRisk(
  word: string,
  cwd: string,
  ground: Pick<RiskGround, "home" | "secretPaths">,
): Risk | null {
  if (word === "" || word.length > MAX_PATH) return null;
  const path = absolute(word.replace(/^(file:\/\/|@|[\w-]+=@?)/, ""), cwd);
  const isSecret = ground.secretPaths.some((secret) =>
    path === secret || below(path, secret) !== null || dirname(secret) === path
  );
  if (isSecret || holdsKeysAnywhere(path)) return READS_KEYS;
  const inHome = homeRest(path, ground.home);
  const held = inHome === null ? null : heldInHome(inHome) ?? (mayMeanKeys(inHome) ? "keys" : null);
  return held === null ? null : held === "keys" ? READS_KEYS : READS_PRIVATE;
}

/** Longer than any path that a system takes. */
const MAX_PATH = 4096;

/** What the program keeps for itself; worktrees and outputs of agents are theirs. */
function isState(path: string, { hermesHome }: RiskGround): boolean {
  const rest = below(path, hermesHome);
  return path === hermesHome || (rest !== null && !/^(worktrees|spill|sessions)\//.test(rest));
}

/** The pattern of a shell as what it may mean. */
function mayMeanKeys(path: string): boolean {
  if (!/[*?[]/.test(path) || path.split(/[*?[]/).length > 8) return false;
  const parts = path.split(/(\*+|\?|\[[^\]]*\])/).map((part, index) =>
    index % 2 === 0 ? part.replace(/[.+^${}()|[\]\\]/g, "\\$&") : part.startsWith("*") ? "[^/]*" : "[^/]"
  );
  const pattern = new RegExp(`^${parts.join("")}$`);
  return path.startsWith(".") && KEY_SAMPLES.some((sample) => pattern.test(sample));
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
