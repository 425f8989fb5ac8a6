import { createHash } from "node:crypto";
import { parseArgs } from "node:util";

/** Bun's names of the platforms a release is made for, with ours. */
const PLATFORMS: readonly { readonly target: string; readonly name: string }[] = [
  { target: "bun-linux-x64", name: "linux-x64" },
  { target: "bun-linux-arm64", name: "linux-arm64" },
  { target: "bun-darwin-x64", name: "macos-x64" },
  { target: "bun-darwin-arm64", name: "macos-arm64" },
  { target: "bun-windows-x64", name: "windows-x64-experimental" },
];

/** The program first: its place becomes the root of every path inside the binary. Then each worker's entry. */
const ENTRIES = ["main.ts", "lib/delegation/child_main.ts"];

/** `--splitting` keeps lazy imports lazy; the autoload flags keep the user's bunfig.toml and .env out. */
const FLAGS = [
  "--compile",
  "--minify",
  "--bytecode",
  "--splitting",
  "--format=esm",
  "--no-compile-autoload-bunfig",
  "--no-compile-autoload-dotenv",
];

/**
 * A binary for Linux starts in a directory that was deleted, too: without its own `--cwd` the runtime asks for its
 * name, and ends before our first line. This way it changes to where it is already, by a name that always holds.
 */
const LINUX_FLAGS = ["--compile-exec-argv=--cwd=/proc/self/cwd"];

async function build(outfile: string, target?: string): Promise<void> {
  const targets = target === undefined ? [] : [`--target=${target}`];
  const { success, stdout, stderr } = await new Deno.Command("node_modules/.bin/bun", {
    args: [
      "build",
      ...FLAGS,
      ...isLinux(target) ? LINUX_FLAGS : [],
      ...targets,
      `--outfile=${outfile}`,
      ...ENTRIES,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) {
    await Deno.stderr.write(stdout);
    await Deno.stderr.write(stderr);
    throw new Error(`Cannot build ${outfile}: bun says why above`);
  }
  const { size } = await Deno.stat(outfile);
  console.log(`${outfile}  ${(size / 1e6).toFixed(1)} MB`);
}

function isLinux(target: string | undefined): boolean {
  return target?.includes("linux") ?? Deno.build.os === "linux";
}

/** Writes `<file>.sha256` in the form that `sha256sum --check` reads. */
async function writeChecksum(folder: string, name: string): Promise<void> {
  const digest = createHash("sha256").update(await Deno.readFile(`${folder}/${name}`)).digest("hex");
  await Deno.writeTextFile(`${folder}/${name}.sha256`, `${digest}  ${name}\n`);
}

const { values } = parseArgs({ args: Deno.args, options: { all: { type: "boolean", default: false } } });
if (values.all) {
  for (const { target, name } of PLATFORMS) {
    const file = `hermes-${name}${target.includes("windows") ? ".exe" : ""}`;
    await build(`dist/${file}`, target);
    await writeChecksum("dist", file);
  }
} else {
  await build("dist/hermes");
}
