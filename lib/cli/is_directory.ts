import { statSync } from "node:fs";

/** Whether there is a directory that we may see. */
export function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch { // absent, or in a place that we may not see
    return false;
  }
}
