/** Prints the five largest source files of the program, so that growth is seen before it hurts. */
const SHOWN = 5;

async function* sourceFiles(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* sourceFiles(path);
    else if (entry.name.endsWith(".ts")) yield path;
  }
}

async function countLines(path: string): Promise<number> {
  const text = await Deno.readTextFile(path);
  return text.split("\n").length - 1;
}

const files = await Array.fromAsync(sourceFiles("lib"));
const sizes = await Promise.all(files.map(async (path) => ({ path, lines: await countLines(path) })));
sizes.sort((a, b) => b.lines - a.lines);
console.log(
  `${sizes.length} files in lib/, median ${sizes[sizes.length >> 1]?.lines ?? 0} lines; the largest:`,
);
for (const { path, lines } of sizes.slice(0, SHOWN)) console.log(String(lines).padStart(5), path);
