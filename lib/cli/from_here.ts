import { isAbsolute, resolve } from "node:path";
import type { Io } from "./io.ts";

/** The absolute form of a path on the command line. Throws a `UserError` for one from a working directory that is no more. */
export function fromHere({ cwd }: Pick<Io, "cwd">, path: string): string {
  return isAbsolute(path) ? resolve(path) : resolve(cwd(), path);
}
