import { chmodSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { UserError } from "../support/errors.ts";
import { EXIT_CONFIG } from "./home.ts";
import { readIfThere } from "./read_file.ts";
import { writeAtomically } from "./write.ts";

const file = z.object({
  version: z.literal(1),
  providers: z.record(
    z.string(),
    z.array(z.object({
      label: z.string(),
      key: z.string(),
      /** Scheme, host and port that the key was added for; it goes nowhere else. */
      origin: z.string(),
    })),
  ),
});

/** One key of `credentials.json`. */
export type StoredKey = Readonly<z.output<typeof file>["providers"][string][number]>;
/** The stored keys by provider, in the order in which they were added. */
export type StoredKeys = Readonly<Record<string, readonly StoredKey[]>>;

/** Reads `credentials.json` of `home`, none where there is no file. Throws {@linkcode UserError} 78 for a damaged one. */
export function readCredentials(home: string): StoredKeys {
  const path = join(home, "credentials.json");
  const text = readIfThere(path);
  if (text === null) return {};
  try {
    return file.parse(JSON.parse(text)).providers;
  } catch {
    // Neither parser's words go further: they may quote the file.
    throw new UserError(`Cannot read "${path}": it is not a credentials file of version 1`, {
      exitCode: EXIT_CONFIG,
      hint: "Move it away and add the keys again: hermes auth add PROVIDER",
    });
  }
}

/** Replaces `credentials.json` of `home` in one step; nobody but its owner can read it. */
export function writeCredentials(home: string, providers: StoredKeys): void {
  const path = join(home, "credentials.json");
  if (readIfThere(path) !== null) chmodSync(path, 0o600);
  writeAtomically(path, `${JSON.stringify({ version: 1, providers }, null, 2)}\n`);
}
