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

/** What of Bun is not in the web's standards nor in `node:`. */
interface BunRuntime {
  file(fd: number): { stream(): ReadableStream<Uint8Array> };
}

/**
 * Whether a child's `pipe` is a socket: no name opens one on Linux, so `echo >/dev/stderr` fails in it. Bun makes those.
 */
export function pipesAreSockets(): boolean {
  return process.platform === "linux" && process.versions.bun !== undefined;
}

/** What comes out of an open pipe, read by no thread of its own; null where this runtime cannot do that. */
export function pipeStream(fd: number): ReadableStream<Uint8Array> | null {
  const { Bun } = globalThis as typeof globalThis & { readonly Bun?: BunRuntime };
  return Bun?.file(fd).stream() ?? null;
}
