/** One place where a file names another module. */
export interface ImportSite {
  /** As written; null when it is computed at run time. */
  readonly specifier: string | null;
  /** True when nothing of it is left at run time. */
  readonly typeOnly: boolean;
  readonly node: Deno.lint.Node;
}

/** A visitor that calls `onImport` for every form of import: static, re-exported, dynamic, in a type. */
export function visitImports(onImport: (site: ImportSite) => void): Deno.lint.LintVisitor {
  return {
    ImportDeclaration(node) {
      onImport({ specifier: node.source.value, typeOnly: isTypeOnly(node), node });
    },
    ExportNamedDeclaration(node) {
      if (node.source) onImport({ specifier: node.source.value, typeOnly: node.exportKind === "type", node });
    },
    ExportAllDeclaration(node) {
      onImport({ specifier: node.source.value, typeOnly: node.exportKind === "type", node });
    },
    ImportExpression(node) {
      onImport({ specifier: literalOf(node.source), typeOnly: false, node });
    },
    TSImportType(node) {
      onImport({ specifier: literalOf(node.argument), typeOnly: true, node });
    },
  };
}

function isTypeOnly(node: Deno.lint.ImportDeclaration): boolean {
  if (node.importKind === "type") return true;
  return node.specifiers.length > 0 &&
    node.specifiers.every((each) => each.type === "ImportSpecifier" && each.importKind === "type");
}

function literalOf(node: Deno.lint.Node): string | null {
  if (node.type === "TSLiteralType") return literalOf(node.literal);
  return node.type === "Literal" && typeof node.value === "string" ? node.value : null;
}
