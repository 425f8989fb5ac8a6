/** An object as a server wrote it. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether it is an object, a list included. */
export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

/** The object, or an empty one in place of anything else. */
export function objectOf(value: unknown): Fields {
  return isObject(value) ? value : {};
}

/** The string, or "" in place of anything else. */
export function stringOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Text, or the texts of a list of parts. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return "";
  return value.map((part) => textOf(objectOf(part).text)).join("");
}

/** A count of something: a whole number, 0 in place of anything else. */
export function countOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? Math.round(value) : 0;
}

/** Arguments of a call as text, which some servers send as an object. */
export function argumentText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
