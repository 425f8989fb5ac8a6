import { repositoryPath } from "./paths.ts";

const RUNTIME_FILE = "lib/support/runtime.ts";

/** The program runs on Deno and on Bun: what only one of them has is named in one file. */
export const runtimeGlobals: Deno.lint.Rule = {
  create(context) {
    const path = repositoryPath(context.filename);
    if (!isProgram(path) || path === RUNTIME_FILE) return {};
    return {
      Identifier(node) {
        if (node.name !== "Deno" && node.name !== "Bun") return;
        context.report({ node, message: `Cannot use ${node.name} here: its place is ${RUNTIME_FILE}` });
      },
    };
  },
};

/** The program ends in one place, so that everything open is closed before. */
export const singleExit: Deno.lint.Rule = {
  create(context) {
    const path = repositoryPath(context.filename);
    if (!isProgram(path) || path === "main.ts") return {};
    const report = (node: Deno.lint.Node) =>
      context.report({ node, message: "Cannot end the process here: return to main.ts, or throw" });
    return {
      MemberExpression(node) {
        if (nameOf(node.object) === "process" && nameOf(node.property) === "exit") report(node);
      },
      'ImportDeclaration[source.value="node:process"] ImportSpecifier'(node: Deno.lint.ImportSpecifier) {
        if (nameOf(node.imported) === "exit") report(node);
      },
    };
  },
};

function isProgram(path: string): boolean {
  return path === "main.ts" || path.startsWith("lib/");
}

function nameOf(node: Deno.lint.Node): string | null {
  return node.type === "Identifier" ? node.name : null;
}
