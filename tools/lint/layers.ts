import { visitImports } from "./imports.ts";
import { repositoryPath, resolveImport } from "./paths.ts";

/** The rooms of lib/, lowest first; rooms in the same row may not import one another. */
const LAYERS: readonly (readonly string[])[] = [
  ["support"],
  ["protocol"],
  ["config"],
  ["store"],
  ["provider"],
  ["tools"],
  ["agent"],
  ["delegation"],
  ["session"],
  ["tui", "cli"],
];

/** Folders that look at the program from outside only. */
const OUTSIDERS = ["conformance", "bench"];

/** A file imports its own layer or a lower one; conformance/ and bench/ import nothing of the program. */
export const layers: Deno.lint.Rule = {
  create(context) {
    const from = repositoryPath(context.filename);
    return visitImports(({ specifier, node }) => {
      const to = specifier === null ? null : resolveImport(from, specifier);
      const message = to === null ? null : complaint(from, to);
      if (message !== null) context.report({ node, message });
    });
  },
};

function complaint(from: string, to: string): string | null {
  const toRoom = roomOf(to);
  if (OUTSIDERS.includes(folderOf(from)) && (toRoom !== null || to === "main.ts")) {
    return `Cannot import "${to}" from ${folderOf(from)}/: it sees the program from outside only`;
  }
  const fromRoom = roomOf(from);
  if (fromRoom === null) return null;
  if (toRoom === null && !isCode(to)) return null;
  if (toRoom === null) return `Cannot import "${to}" from lib/: it is not in a layer`;
  if (fromRoom === toRoom || levelOf(toRoom) < levelOf(fromRoom)) return null;
  return `Cannot import "${to}" from lib/${fromRoom}/: layers go ${ORDER}`;
}

const ORDER = LAYERS.map((row) => row.join(", ")).join(" ← ");

function folderOf(path: string): string {
  return path.split("/")[0] ?? "";
}

/** What is not code depends on nothing, so texts outside of lib/ may be read in. */
function isCode(path: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(path);
}

/** The room of a file in lib/; null elsewhere. */
function roomOf(path: string): string | null {
  const [folder, room] = path.split("/");
  return folder === "lib" && room !== undefined ? room : null;
}

/** An unknown room is above all others, so that nothing may import it before it has its place here. */
function levelOf(room: string): number {
  const level = LAYERS.findIndex((row) => row.includes(room));
  return level < 0 ? LAYERS.length : level;
}
