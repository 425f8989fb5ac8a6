/** What every server takes as an id of a call: letters, digits, `_` and `-`, and 40 of them (Chat Completions). */
const COMMON_ID = /^[A-Za-z0-9_-]{1,40}$/;
/** What Mistral takes. */
const NINE_CHARS = /^[A-Za-z0-9]{9}$/;

/** Whether an id goes to any server as it is, save to those that take nine characters only. */
export function isCommonId(id: string): boolean {
  return COMMON_ID.test(id);
}

/** Whether an id goes to servers that take nine letters and digits, too, and so to all. */
export function isShortId(id: string): boolean {
  return NINE_CHARS.test(id);
}

/** Nine letters and digits, other ones each time. */
export function newShortId(): string {
  return `c${crypto.randomUUID().slice(0, 8)}`;
}

/** Nine letters and digits that stand for an id, the same ones each time: its 53-bit hash (cyrb53) in base 36. */
export function shortIdFor(id: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let at = 0; at < id.length; at++) {
    high = Math.imul(high ^ id.charCodeAt(at), 2654435761);
    low = Math.imul(low ^ id.charCodeAt(at), 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  const hash = 4294967296 * (2097151 & low) + (high >>> 0);
  return hash.toString(36).padStart(9, "0").slice(-9);
}

/** The id, or a new one where there is none or it is one of `used`; whichever it is, it is used from now on. */
export function unusedId(id: string, used: Set<string>, newId: () => string): string {
  let unused = id;
  while (unused === "" || used.has(unused)) unused = newId();
  used.add(unused);
  return unused;
}
