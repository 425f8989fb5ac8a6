import type { Invocation, ShellWord } from "./invocation.ts";
import { below, homeRest, writeRisk } from "./path_risks.ts";
import { DECIDES, type Risk, type RiskGround, WIPES } from "./risk.ts";
import { OVERWRITES, pathsOf, type Scene } from "./rules/rule.ts";

/** What is made again by building, testing or running. */
const MADE_AGAIN =
  /(^|\/)(node_modules|dist|build|out|target|coverage|htmlcov|__pycache__|_build|obj|tmp|temp|logs?|venv|\.(cache|next|nuxt|venv|tox|nox|\w+_cache|parcel-cache|turbo|svelte-kit|gradle|nyc_output|eggs))\/.|\.(log|tmp|temp|bak|orig|rej|sw[op]|o|obj|d|pyc|pyo|class|a|so|gcda|gcno|out|pid|coverage|tsbuildinfo|map|cache|old|part|download)$|(^|\/)(nohup\.out|core(\.\d+)?|\.DS_Store|Thumbs\.db|\.coverage|a\.out|\.eslintcache)$|~$/;
/** Where everybody puts what is not to last. */
const TEMPORARY =
  /^(\/private)?(\/var)?\/tmp\/.|^\/dev\/shm\/.|^\/var\/folders\/.|^\/dev\/(null|std\w+|fd\/.*|tty)$/;
/** What a system cannot do without, as a whole. */
const SYSTEM =
  /^(\/|\/(bin|boot|dev|etc|home|lib\w*|mnt|media|opt|proc|root|run|sbin|srv|sys|usr|var|Users|System|Library|Applications|Volumes|private|nix)(\/\*?)?|\/\*|\/(usr|var)\/(bin|lib\w*|sbin|local|share|log|www|spool)(\/\*?)?|\/home\/[^/]+|\/Users\/[^/]+)$/;

/** Why deleting, moving away or emptying a file asks; null: nothing is lost by it. */
export function lossRisk(
  word: ShellWord,
  invocation: Pick<Invocation, "dirs">,
  scene: Scene,
  how: "deletes" | "writes",
): Risk | null {
  for (const path of pathsOf(word, invocation)) {
    const risk = lossOf(path, scene, how === "deletes");
    if (risk !== null) return risk;
  }
  return null;
}

function lossOf(path: string, { ground, facts }: Scene, isDeletion: boolean): Risk | null {
  const written = writeRisk(path, "/", ground);
  if (written !== null) return written;
  const inside = below(path, ground.cwd);
  if (inside === null && TEMPORARY.test(path)) return null;
  const inHome = inside ?? homeRest(path, ground.home);
  if (inHome !== null && MADE_AGAIN.test(inHome)) return null;
  if (inside === null && (isDeletion || path.startsWith("/var/"))) return OVERWRITES;
  return (/[*?]/.test(path) && isDeletion) || facts.isOld(path) ? OVERWRITES : null;
}

/** Whether deleting a directory with all that it holds wipes a home, the system or what decides about agents. */
function wipeRisk(path: string, ground: RiskGround): Risk | null {
  const whole = path.replace(/(\/(\*|\.\*|\.\?\*|\{.*\}|\.|\.\[.*))+$/, "") || "/";
  const { home, hermesHome } = ground;
  if (SYSTEM.test(path) || SYSTEM.test(whole) || whole === home || below(home, whole) !== null) return WIPES;
  return whole === hermesHome || writeRisk(whole, "/", ground) === DECIDES ? DECIDES : null;
}

/** The same for the words of a command. */
export function wipesAny(
  words: readonly ShellWord[],
  invocation: Invocation,
  { ground }: Scene,
): Risk | null {
  for (const word of words) {
    for (const path of pathsOf(word, invocation)) {
      const risk = wipeRisk(path, ground);
      if (risk !== null) return risk;
    }
  }
  return null;
}
