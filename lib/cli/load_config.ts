import { join } from "node:path";
import { hermesHome } from "../config/home.ts";
import { loadConfig, type LoadedConfig, warningLine } from "../config/load.ts";
import { closeRunDirectory } from "../session/control/address.ts";
import type { Io } from "./io.ts";
import { plainText } from "./render/text.ts";

/**
 * The configuration of a run; its warnings make one line on stderr unless `quiet`. Who else could have given orders to
 * the processes of this state directory cannot any more, which is always told. Throws a `UserError` 78.
 */
export function loadRunConfig(io: Io, { quiet }: { readonly quiet: boolean }): LoadedConfig {
  const home = hermesHome(io.env);
  const loaded = loadConfig(home, io.env);
  if (closeRunDirectory(home)) {
    const told = `"${join(home, "run")}" was open to other users: it is closed to them now`;
    io.stderr.write(plainText(`hermes: warning: ${told}`) + "\n");
  }
  const warning = warningLine(loaded.warnings);
  if (warning !== null && !quiet) io.stderr.write(plainText(`hermes: warning: ${warning}`) + "\n");
  return loaded;
}
