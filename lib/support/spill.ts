import process from "node:process";
import { codeOf } from "./file_state.ts";

/** Keeps a text in a file of its own. Returns its path; null when it could not be kept. Never throws. */
export type Spill = (name: string, text: string) => string | null;

const NAME_CHARS = 120;

/** Loaded on use: in a worker of the compiled binary `node:fs` costs 2 ms of a processor, and few children spill. */
function files() {
  return { ...process.getBuiltinModule("node:fs"), ...process.getBuiltinModule("node:path") };
}

/** Keeps texts below `dir`, which only its owner can read; a name that is taken gets a number before it. */
export function spillInto(dir: string): Spill {
  return (name, text) => {
    const safe = name.replaceAll(/[^\w.-]+/g, "_").slice(-NAME_CHARS);
    const { join, mkdirSync } = files();
    try {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      for (let number = 1;; number++) {
        const path = join(dir, number === 1 ? safe : `${number}-${safe}`);
        if (writeNew(path, text)) return path;
      }
    } catch {
      return null; // the reader is told that there is no file
    }
  };
}

/** Whether the name was free. What could not be written whole is removed. */
function writeNew(path: string, text: string): boolean {
  const { rmSync, writeFileSync } = files();
  try {
    writeFileSync(path, text, { mode: 0o600, flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    rmSync(path, { force: true });
    throw error;
  }
}
