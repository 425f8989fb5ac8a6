import { forEachChild, type SyntaxNode } from "unbash";

/** Whether the body of a function calls it in the background or in a pipeline, so that there are more and more. */
export function callsItself(body: SyntaxNode, name: string): boolean {
  return calls(body, name, false);
}

function calls(node: SyntaxNode, name: string, isMultiplied: boolean): boolean {
  if (node.type === "Command" && node.name?.value === name) return isMultiplied;
  const multiplies = isMultiplied || node.type === "Pipeline" ||
    (node.type === "Statement" && node.background === true);
  let found = false;
  forEachChild(node, (child) => found ||= calls(child, name, multiplies));
  return found;
}
