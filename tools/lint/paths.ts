import { dirname, join, relative } from "node:path/posix";

const ROOT = dirname(dirname(import.meta.dirname ?? ""));

/** The path of a linted file from the top of the repository: `lib/agent/loop.ts`. */
export function repositoryPath(filename: string): string {
  return filename.startsWith("/") ? relative(ROOT, filename) : filename;
}

/** Where a relative import of `from` leads, from the top of the repository; null when it names a package. */
export function resolveImport(from: string, specifier: string): string | null {
  return specifier.startsWith(".") ? join(dirname(from), specifier) : null;
}
