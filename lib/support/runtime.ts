import process from "node:process";
import { fileURLToPath } from "node:url";

/** A program and its first arguments, to which those of a run are added. */
export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
}

/** Where a compiled program finds its own modules: on Linux and macOS, and on Windows. */
const COMPILED = /\/(\$bunfs|~BUN)\//;

/**
 * How to start this program once more: the binary itself, or the runtime with the source. `entry` is the URL of main.ts
 * as the running program knows it.
 */
export function launchOf(entry: URL): Launch {
  if (COMPILED.test(decodeURI(entry.href))) return { program: process.execPath, args: [] };
  const source = fileURLToPath(entry);
  if (process.versions.bun !== undefined) return { program: process.execPath, args: [source] };
  return { program: process.execPath, args: ["run", "-A", "--quiet", source] };
}
