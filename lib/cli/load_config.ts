import { hermesHome } from "../config/home.ts";
import { loadConfig, type LoadedConfig, warningLine } from "../config/load.ts";
import type { Io } from "./io.ts";
import { plainText } from "./render/text.ts";

/** The configuration of a run; its warnings make one line on stderr unless `quiet`. Throws a `UserError` 78. */
export function loadRunConfig(io: Io, { quiet }: { readonly quiet: boolean }): LoadedConfig {
  const loaded = loadConfig(hermesHome(io.env), io.env);
  const warning = warningLine(loaded.warnings);
  if (warning !== null && !quiet) io.stderr.write(plainText(`hermes: warning: ${warning}`) + "\n");
  return loaded;
}
