/** Crockford's base32 alphabet in lower case (https://www.crockford.com/base32.html): no i, l, o, u. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
/** After the prefix. */
const CHARS = 5;

/** The form of a task id: `t` and five characters. */
export const TASK_ID = /^t[0-9a-hjkmnp-tv-z]{5}$/;
/** The form of a session id: `s` and five characters. */
export const SESSION_ID = /^s[0-9a-hjkmnp-tv-z]{5}$/;

/** A random id `prefix` + 5 characters for which `isTaken` says no. */
export function newId(prefix: "t" | "s", isTaken: (id: string) => boolean): string {
  for (;;) {
    const [id] = randomIds(prefix, 1);
    if (id !== undefined && !isTaken(id)) return id;
  }
}

/** So many random ids, which need not be distinct; drawn at once, as drawing costs more than spelling. */
export function randomIds(prefix: "t" | "s", count: number): readonly string[] {
  const bytes = crypto.getRandomValues(new Uint8Array(CHARS * count));
  const ids: string[] = [];
  for (let at = 0; at < bytes.length; at += CHARS) {
    let id: string = prefix;
    for (let index = at; index < at + CHARS; index++) id += ALPHABET[(bytes[index] ?? 0) % ALPHABET.length];
    ids.push(id);
  }
  return ids;
}
