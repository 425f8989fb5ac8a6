import { parseArgs } from "node:util";

const README = "README.md";

/** The generated parts of README.md: between `<!-- NAME -->` and `<!-- /NAME -->`. */
const PARTS: Readonly<Record<string, () => Promise<string>>> = {
  "help": () => fenced(["--help"]),
  "help chat": () => fenced(["chat", "--help"]),
  "help delegate": () => fenced(["delegate", "--help"]),
};

async function fenced(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "main.ts", ...args],
    env: { NO_COLOR: "1", COLUMNS: "100" },
  }).output();
  if (code !== 0) throw new Error(`hermes ${args.join(" ")} ends with ${code}: ${text(stderr)}`);
  return `\`\`\`\n${text(stdout).trimEnd()}\n\`\`\``;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** The document with one part brought up to date. Throws when the document has no such part. */
function withPart(document: string, name: string, content: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const start = document.indexOf(open);
  const end = document.indexOf(close, start);
  if (start < 0 || end < 0) throw new Error(`${README} has no part ${open} … ${close}`);
  return `${document.slice(0, start + open.length)}\n\n${content}\n\n${document.slice(end)}`;
}

const { values } = parseArgs({ args: Deno.args, options: { check: { type: "boolean", default: false } } });
const before = await Deno.readTextFile(README);
let after = before;
for (const [name, make] of Object.entries(PARTS)) after = withPart(after, name, await make());
if (after === before) console.log(`${README} is in step with the program`);
else if (values.check) {
  console.error(`${README} is out of step with the program: run deno task docs`);
  Deno.exitCode = 1;
} else {
  await Deno.writeTextFile(README, after);
  console.log(`${README} brought up to date`);
}
