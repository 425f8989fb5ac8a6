import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import assert from "node:assert/strict";
import type { Env } from "../../lib/config/home.ts";
import { loadConfig, type LoadedConfig } from "../../lib/config/load.ts";
import { UserError } from "../../lib/support/errors.ts";

/** A state directory with these files (name → text); gone when disposed. */
export function tempHome(
  files: Readonly<Record<string, string>> = {},
): { readonly home: string } & Disposable {
  const home = mkdtempSync(join(tmpdir(), "hermes-config-"));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true });
    writeFileSync(join(home, name), text);
  }
  return { home, [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }) };
}

/** What a config.yaml with this text loads to. */
export function loaded(text: string, env: Env = {}): LoadedConfig {
  using temp = tempHome({ "config.yaml": text });
  return loadConfig(temp.home, env);
}

/** The {@linkcode UserError} that `act` throws: [message with `home` as HOME, exit code]. */
export function refusal(act: () => unknown, home = "\0"): [string, number] {
  try {
    act();
  } catch (error) {
    assert(error instanceof UserError, String(error));
    return [error.message.replaceAll(home, "HOME"), error.exitCode];
  }
  throw new assert.AssertionError({ message: "nothing was refused" });
}
