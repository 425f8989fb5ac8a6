import { join } from "node:path";
import { getConfigValue, setConfigValue, unsetConfigValue } from "../config/edit.ts";
import { hermesHome } from "../config/home.ts";
import { initConfig } from "../config/init.ts";
import { inspectConfig } from "../config/inspect.ts";
import { readIfThere } from "../config/read_file.ts";
import type { Config } from "../config/schema.ts";
import { showConfig, showValue, withoutSecrets } from "../config/show.ts";
import { writeAtomically } from "../config/write.ts";
import { UserError } from "../support/errors.ts";
import { EXIT } from "./exit_codes.ts";
import type { Io } from "./io.ts";
import { loadRunConfig } from "./load_config.ts";
import { plainText } from "./render/text.ts";

/** Writes a commented config.yaml and prints its path. Throws a {@linkcode UserError} 1 where there is one. */
export function initialise(io: Io): number {
  const path = pathOf(io);
  if (readIfThere(path) !== null) {
    throw new UserError(`Cannot write "${path}": it exists`, {
      hint: "Change it with: hermes config set KEY VALUE",
      exitCode: EXIT.failed,
    });
  }
  writeAtomically(path, initConfig());
  io.stdout.write(`${path}\n`);
  return EXIT.done;
}

/** Prints where config.yaml is, or would be. */
export function printPath(io: Io): number {
  io.stdout.write(`${pathOf(io)}\n`);
  return EXIT.done;
}

/** Prints the effective configuration as YAML. */
export function show(io: Io): number {
  print(io, showConfig(loadRunConfig(io, { quiet: false })));
  return EXIT.done;
}

/** Prints one effective value; a secret in it is hidden as `show` hides it. */
export function get(io: Io, key: string): number {
  const loaded = loadRunConfig(io, { quiet: false });
  const config = withoutSecrets(loaded.config, loaded.secrets.known) as Config; // the same shape
  print(io, showValue(getConfigValue(config, key)));
  return EXIT.done;
}

/** Changes one value in config.yaml, which is made when it is absent. */
export function set(io: Io, key: string, value: string): number {
  const path = pathOf(io);
  writeAtomically(path, setConfigValue(readIfThere(path) ?? "", key, value));
  return EXIT.done;
}

/** Takes one value out of config.yaml; says so where it did not stand there. */
export function unset(io: Io, key: string): number {
  const path = pathOf(io);
  const text = unsetConfigValue(readIfThere(path) ?? "", key);
  if (text === null) io.stderr.write(plainText(`hermes: "${key}" is not set in ${path}\n`));
  else writeAtomically(path, text);
  return EXIT.done;
}

/** Prints all findings, what would end a run among them, one a line. Throws a {@linkcode UserError} 78 when there are errors among them. */
export function check(io: Io): number {
  const { path, exists, unusable, ...found } = inspectConfig(hermesHome(io.env), io.env);
  const errors = [...found.errors, ...unusable];
  const warnings = found.warnings.filter(({ text }) => !errors.some((error) => error.text === text));
  const findings = [
    ...errors.map(({ text }) => plainText(`error: ${text}\n`)),
    ...warnings.map(({ text }) => plainText(`warning: ${text}\n`)),
  ];
  const allIsWell = exists ? `${path}: no problems\n` : `${path}: does not exist, the defaults hold\n`;
  io.stdout.write(findings.length === 0 ? allIsWell : findings.join(""));
  if (errors.length === 0) return EXIT.done;
  const count = `${errors.length} ${errors.length === 1 ? "error" : "errors"}`;
  throw new UserError(`Cannot use "${path}": ${count}`, { exitCode: EXIT.config });
}

/** A script gets a value as it is, a person sees all of it. */
function print({ stdout }: Io, text: string): void {
  stdout.write(`${stdout.isTerminal ? plainText(text) : text}\n`);
}

function pathOf(io: Io): string {
  return join(hermesHome(io.env), "config.yaml");
}
