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

/** The name by which a server tells one thing from another, which some write as a number; "": it has none. */
export function idOf(value: unknown): string {
  return typeof value === "number" ? String(value) : stringOf(value);
}

/** Text, or the texts of a list of parts. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return "";
  return value.map((part) => textOf(objectOf(part).text)).join("");
}

/** An amount of something, which some servers write as a string; 0 in place of anything else. */
export function amountOf(value: unknown): number {
  const amount = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof amount === "number" && Number.isFinite(amount) && amount > 0 ? amount : 0;
}

/** A count of something: a whole number, 0 in place of anything else, such as more than can be counted. */
export function countOf(value: unknown): number {
  const count = Math.round(amountOf(value));
  return Number.isSafeInteger(count) ? count : 0;
}

/** The place of something in a list, which some servers write as a string; null: it has none. */
export function indexOf(value: unknown): number | null {
  const index = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  return typeof index === "number" && Number.isSafeInteger(index) ? index : null;
}

/** Arguments of a call as text, which some servers send as an object. */
export function argumentText(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
