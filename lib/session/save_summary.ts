import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { summaryPath } from "../store/spill_paths.ts";

/** Keeps a summary whole in the spill directory of `home`. Returns its path; null when it could not be kept. */
export function saveSummary(home: string, taskId: string, text: string): string | null {
  const path = summaryPath(home, taskId);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  } catch {
    return null; // the reader is told that there is no file
  }
}
