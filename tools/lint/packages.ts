import { visitImports } from "./imports.ts";
import { repositoryPath } from "./paths.ts";

/** Where a package may be imported, as prefixes of paths; `types` also where only its types are. Code null: nowhere. */
interface Home {
  readonly name: string;
  readonly code: string | null;
  readonly types?: string;
}

const HOMES: readonly Home[] = [
  { name: "openai", code: null, types: "lib/provider/" },
  { name: "commander", code: "lib/cli/" },
  { name: "@commander-js/extra-typings", code: "lib/cli/" },
  { name: "yaml", code: "lib/config/" },
  { name: "@earendil-works/pi-tui", code: "lib/tui/" },
  { name: "re2js", code: "lib/support/linear_pattern.ts" },
  { name: "node:sqlite", code: "lib/store/" },
];

/** A package has one room; full zod has none; what is imported is known before the program runs. */
export const packages: Deno.lint.Rule = {
  create(context) {
    const from = repositoryPath(context.filename);
    if (from !== "main.ts" && !from.startsWith("lib/")) return {};
    return visitImports(({ specifier, typeOnly, node }) => {
      const message = specifier === null ? COMPUTED : complaint(from, specifier, typeOnly);
      if (message !== null) context.report({ node, message });
    });
  },
};

const COMPUTED =
  "Cannot import a computed name: the compiled program would look it up in the user's directory";

function complaint(from: string, specifier: string, typeOnly: boolean): string | null {
  if (/^(npm|jsr|bun|https?):/.test(specifier)) {
    return `Cannot import "${specifier}": packages are named in deno.json`;
  }
  if (specifier === "zod" || (specifier.startsWith("zod/") && specifier !== "zod/mini")) {
    return `Cannot import "${specifier}": use "zod/mini", the rest of zod costs each worker 12 ms`;
  }
  const home = HOMES.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
  if (home === undefined) return null;
  const room = typeOnly ? home.types ?? home.code : home.code;
  if (room === null) return `Cannot import "${specifier}": only its types, in ${home.types}`;
  return from.startsWith(room) ? null : `Cannot import "${specifier}" here: its place is ${room}`;
}
