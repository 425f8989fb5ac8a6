/** A word of a name that says that its value is a secret. */
const SECRET_WORDS = new Set(
  ("key keys token tokens secret secrets password passwords passwd passphrase credential credentials cookie cookies " +
    "apikey apikeys pat jwt bearer authorization").split(" "),
);
/** The same at the end of a name only: `PASS_COUNT` and `AUTH_MODE` are settings. */
const LAST_WORDS = new Set(["auth", "pass", "pw", "creds", "sig", "signature"]);
/** What is left of words that are written as one: PGPASSWORD, authtoken, OPENAI_APIKEY. */
const ENDING = /(?:password|passwd|passphrase|secret|token|apikey|authkey|accesskey|secretkey|privatekey)s?$/;
/** Measures and kinds of secrets are none. */
const SETTING_WORDS = new Set(
  ("count limit size length ttl expiry expires timeout type name names header env algorithm format prefix " +
    "strategy").split(" "),
);
const MEASURE = /^(?:max|min|num)$/;

/**
 * Whether a variable, a header, a setting, a parameter of a URL or an option of a command holds a secret, by its name
 * alone: the one list for what commands may not see and for what is kept out of texts.
 */
export function isSecretName(name: string): boolean {
  const words = wordsOf(name);
  const last = words.at(-1) ?? "";
  if (MEASURE.test(words[0] ?? "") || SETTING_WORDS.has(last)) return false;
  if (words.some((word) => SECRET_WORDS.has(word) || ENDING.test(word)) || LAST_WORDS.has(last)) return true;
  return last === "pwd" && words.length > 1; // PWD and OLDPWD are directories
}

/** `X-Api-Key`, `npm_config__auth` and `clientSecret` as words in lower case. */
function wordsOf(name: string): string[] {
  const apart = name.replaceAll(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase();
  return apart.split(/[^a-z\d]+/).filter((word) => word !== "");
}
