/** Names of variables that say where something is, though another of their words may say that it is secret. */
const PLACE_NAME = /_(?:PATH|FILE|DIR|SOCK)$|^GOOGLE_APPLICATION_CREDENTIALS$/i;
/** An absolute path, from the root or from the home directory, on one line; at least two parts below the root. */
const PATH = /^(?:~|[A-Za-z]:)?[\\/][^\\/\p{Cc}]+[\\/][^\p{Cc}]+$|^~[\\/][^\p{Cc}]+$/u;
/** Keys and tokens have begun with a slash; few paths have so many letters, small and large, and digits in a row. */
const LONG_WORD = /[A-Za-z0-9+=]{20,}/g;

/**
 * Whether a variable only says where something is, as SSH_KEY_PATH does: by its name, and by a value that looks like a
 * path and not like a key. Such a value is no secret: it stands in every listing, and to hide it hides nothing.
 */
export function namesAPlace(name: string, value: string): boolean {
  return PLACE_NAME.test(name) && PATH.test(value) && !(value.match(LONG_WORD) ?? []).some(isMixed);
}

function isMixed(word: string): boolean {
  return /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word);
}
