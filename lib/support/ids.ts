/** Crockford's base32 alphabet in lower case (https://www.crockford.com/base32.html): no i, l, o, u. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** The form of a task id: `t` and five characters. */
export const TASK_ID = /^t[0-9a-hjkmnp-tv-z]{5}$/;
/** The form of a session id: `s` and five characters. */
export const SESSION_ID = /^s[0-9a-hjkmnp-tv-z]{5}$/;

/** A random id `prefix` + 5 characters for which `isTaken` says no. */
export function newId(prefix: "t" | "s", isTaken: (id: string) => boolean): string {
  for (;;) {
    const bytes = crypto.getRandomValues(new Uint8Array(5));
    const id = prefix + Array.from(bytes, (byte) => ALPHABET[byte % 32]).join("");
    if (!isTaken(id)) return id;
  }
}
