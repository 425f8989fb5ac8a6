/** Deeper than anybody writes, and far from where a program that walks over it runs out of stack. */
const MAX_DEPTH = 500;

/** Whether the lists and objects of a JSON text stand in each other deeper than any program can walk. */
export function isTooDeep(json: string): boolean {
  if (json.length < 2 * MAX_DEPTH) return false;
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const char = json[at];
    if (char === '"') at = endOfString(json, at + 1);
    else if (char === "[" || char === "{") depth++;
    else if (char === "]" || char === "}") depth--;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

function endOfString(json: string, from: number): number {
  for (let at = json.indexOf('"', from); at >= 0; at = json.indexOf('"', at + 1)) {
    let before = at;
    while (before > from && json[before - 1] === "\\") before--;
    if ((at - before) % 2 === 0) return at;
  }
  return json.length;
}
