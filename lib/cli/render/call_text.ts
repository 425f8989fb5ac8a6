/** What a call is about, by the arguments that say it best, in this order. */
const TELLING = [
  "command",
  "pattern",
  "path",
  "query",
  "url",
  "urls",
  "goal",
  "message",
  "task_id",
  "task_ids",
  "name",
];
const CUT = new RegExp(`^\\{"(?:${TELLING.join("|")})":"((?:[^"\\\\]|\\\\.)*)`);

/** A call in the words of a person: the tool, and of its arguments the one that tells, not the JSON; `about` may be cut. */
export function callText(name: string, about: string): string {
  return `${name} ${tellingPart(about) ?? about}`.trimEnd();
}

function tellingPart(about: string): string | null {
  try {
    const args: unknown = JSON.parse(about);
    if (typeof args !== "object" || args === null || Array.isArray(args)) return null;
    if (Object.keys(args).length === 0) return "";
    const key = TELLING.find((each) => Object.hasOwn(args, each));
    const value = key === undefined ? null : (args as Record<string, unknown>)[key];
    if (Array.isArray(value)) return value.map(String).join(", ");
    return typeof value === "string" ? value : null;
  } catch {
    return ofCut(about);
  }
}

/** The beginning of JSON whose first argument is the one that tells. */
function ofCut(about: string): string | null {
  const [, begun] = CUT.exec(about) ?? [];
  if (begun === undefined) return null;
  try {
    return `${JSON.parse(`"${begun.replace(/…$/, "")}"`)}…`;
  } catch {
    return null;
  }
}
