/** Whether two values are the same JSON, fields in any order: gateways write them anew. */
export function isSameJson(a: unknown, b: unknown): boolean {
  return sorted(a) === sorted(b);
}

function sorted(value: unknown): string {
  return JSON.stringify(
    value,
    (_name, each: unknown) => isPlain(each) ? Object.fromEntries(Object.entries(each).sort()) : each,
  );
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
