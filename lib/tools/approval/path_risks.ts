import { dirname, isAbsolute, join, normalize, resolve } from "node:path";
import type { Risk, RiskGround } from "./risk.ts";

const WRITES = "writes a file that the system or your shell acts on";
const READS_KEYS = "touches files that hold keys";

/** Below the root: what the system runs or obeys. */
const SYSTEM =
  /^\/(etc|boot|usr|bin|sbin|lib\w*|sys|proc\/sys|root\/\.ssh)(\/|$)|^\/dev\/(?!null$|std(in|out|err)$|fd\/|tty$|shm\/)/;
/** Below the home directory: what a shell, a login or a tool runs by itself. */
const STARTUP =
  /^\.(bashrc|bash_profile|bash_login|bash_logout|bash_aliases|profile|zshrc|zshenv|zprofile|zlogin|kshrc|gitconfig|inputrc|tmux\.conf|vimrc|npmrc|ssh|gnupg|config\/(fish|autostart|systemd|git)|local\/bin|Library\/LaunchAgents)(\/|$)|^bin\//;
/** Anywhere: git runs them. */
const HOOKS = /(^|\/)\.git\/(hooks\/|config$)/;
/** Below the home directory. */
const KEYS =
  /^\.(ssh(\/(?!known_hosts|config$)[^/]*)?$|aws\/credentials|gnupg(\/|$)|netrc$|pgpass$|docker\/config\.json|kube\/config|git-credentials|config\/gh\/hosts)/;
const SYSTEM_KEYS = /^\/etc\/(shadow|gshadow|sudoers)|^\/proc\/[^/]+\/environ$/;

/** Why writing this path asks; null: it does not. Relative paths are taken from `cwd`. */
export function writeRisk(path: string, cwd: string, ground: RiskGround): Risk | null {
  const target = absolute(path, cwd);
  if (keysRisk(target, cwd, ground) !== null) return READS_KEYS;
  const inHome = below(target, ground.home);
  const isActedOn = SYSTEM.test(target) || HOOKS.test(target) || (inHome !== null && STARTUP.test(inHome));
  return isActedOn ? WRITES : null;
}

/** Why a command with this word among its own asks, if the word is a path; null: it does not. */
export function keysRisk(word: string, cwd: string, { home, secretPaths }: RiskGround): Risk | null {
  if (word === "") return null;
  const path = absolute(word.replace(/^(file:\/\/|@|[\w-]+=@?)/, ""), cwd);
  const inHome = below(path, home);
  const holdsKeys = SYSTEM_KEYS.test(path) || (inHome !== null && KEYS.test(inHome)) ||
    secretPaths.some((secret) => path === secret || below(path, secret) !== null || isFolderOf(path, secret));
  return holdsKeys ? READS_KEYS : null;
}

/** The folder that keys lie in, when it is named itself: what is done with all of it is done with them. */
function isFolderOf(path: string, secret: string): boolean {
  return dirname(secret) === path;
}

function absolute(path: string, cwd: string): string {
  return isAbsolute(path) ? normalize(path) : resolve(join(cwd, path));
}

/** The path from `home` on; null when it is not below it. */
function below(path: string, home: string): string | null {
  const prefix = home.endsWith("/") ? home : `${home}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : null;
}
