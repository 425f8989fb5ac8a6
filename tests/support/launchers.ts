import { fileURLToPath } from "node:url";

/** A way to start the program. */
export interface Launcher {
  readonly name: "source" | "binary";
  /** The program and the arguments before its own. */
  readonly command: readonly [string, ...string[]];
  /** What the launcher itself needs in the environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** The top of the repository, without a slash at the end. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

const MAKERS: Readonly<Record<string, () => Launcher[]>> = {
  source: () => [source()],
  binary: () => [binary()],
  both: () => [source(), binary()],
};

/** Those that `HERMES_UNDER_TEST` names: source (the default), binary or both. */
export function launchersUnderTest(): Launcher[] {
  const wish = Deno.env.get("HERMES_UNDER_TEST") ?? "source";
  const make = MAKERS[wish];
  if (make === undefined) throw new RangeError(`HERMES_UNDER_TEST is "${wish}": not source, binary or both`);
  return make();
}

function source(): Launcher {
  // Without --quiet Deno clears the line it believes its own progress bar to be on whenever a worker starts.
  const run = [Deno.execPath(), "run", "-A", "--quiet"] as const;
  const command = [...run, `--config=${ROOT}/deno.json`, `${ROOT}/main.ts`] as const;
  return { name: "source", command: [...command], env: { DENO_DIR: denoDir() } };
}

function binary(): Launcher {
  return { name: "binary", command: [`${ROOT}/dist/hermes`], env: {} };
}

/** Deno's cache: a test moves HOME, and the cache must not move with it. */
function denoDir(): string {
  const { stdout } = new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).outputSync();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}
