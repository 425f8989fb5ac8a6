/** A kind of secret that is known by its look. */
export interface SecretPattern {
  /** Source of a regular expression. No match is longer than {@linkcode LONGEST_PATTERN} characters. */
  readonly source: string;
  /**
   * Source of one that matches, up to the end of a text, what more text could make a match of `source` or a longer one; it
   * may match more than that.
   */
  readonly open: string;
  /** What a marker says of it. */
  readonly name: string;
  /** One of these is in every text in which it matches; JSON spells them as they are. */
  readonly traces: readonly string[];
}

/** No pattern looks at more characters than this, from the start of its match to the end of what it looks ahead to. */
export const LONGEST_PATTERN = 16_384;

/** Not in the middle of a word or of a longer token. */
const START = "(?<![A-Za-z0-9_-])";
const BREAK = String.raw`(?:\s|\d|\\[rn])`;
const BODY = "[A-Za-z0-9+/=]";
const PEM = "(?:[A-Z0-9]{1,10} ){0,3}PRIVATE KEY-----";
/** `Proc-Type: 4,ENCRYPTED` and the like, of which a key may have some. */
const PEM_FIELD = String.raw`[A-Za-z-]{3,12}: ?[\w ,:./+=()-]{1,100}\n\s?`;
const PEM_NAME = /[A-Z0-9 ]{0,45}/;
const BEARER = String.raw`(?<=\b[Bb]earer )`;
const BASIC = String.raw`(?<=uthorization["']?[:=] ?["']?[Bb]asic )`;
/** After the user of a URL. */
const OF_USER = String.raw`(?<=:\/\/[^\s\/@:"'<>]{0,100}:)`;
const PASSWORD = String.raw`[^\s\/@"'<>\${}*\[\]]`;
/** Words that stand for a password in documents. */
const STAND_IN = "(?:pass|passwd|password|pwd|pw|secret|changeme)";
/** After the name of a secret in a URL's query. */
const OF_QUERY = String
  .raw`(?<=[?&](?:api[_-]?key|key|[\w-]{0,20}token|secret|password|sig|X-Amz-Signature)=)`;
const QUERY_VALUE = "[A-Za-z0-9%._~+-]";

/**
 * Secrets of well-known makers; the forms are from the makers' documents and from gitleaks. Each asks for more than
 * its prefix (a digit, a length), so that class names, hashes and made-up examples are left alone.
 */
export const SECRET_PATTERNS: readonly SecretPattern[] = [
  {
    name: "private key",
    source:
      `-----BEGIN ${PEM}${BREAK}{1,12}(?:${PEM_FIELD}){0,3}${BODY}{40}(?:${BODY}|\\s|\\\\[rn]){0,7400}` +
      `(?:-----END ${PEM})?`,
    open: begun(
      "-----BEGIN ",
      PEM_NAME,
      /-{0,5}/,
      /(?<=PRIVATE KEY-----)(?:[\w\s\\+/=,:.()]|-(?!-)){0,15600}/,
      "-----END ",
      PEM_NAME,
      /-{0,5}/,
    ),
    traces: ["PRIVATE KEY-----"],
  },
  {
    name: "token",
    source: String.raw`${START}eyJ[\w-]{10,1500}\.eyJ[\w-]{10,4000}\.[\w-]{10,1000}`,
    open: START + begun("eyJ", /[\w-]{0,1500}/, ".eyJ", /[\w-]{0,4000}/, ".", /[\w-]{0,1000}/),
    traces: ["eyJ"],
  },
  {
    name: "API key",
    source: String.raw`${START}sk-(?=[A-Za-z0-9]{0,30}\d)[A-Za-z0-9]{20,200}`,
    open: START + begun("sk-", /[A-Za-z0-9]{0,200}/),
    traces: ["sk-"],
  },
  {
    name: "API key",
    source: String.raw`${START}sk-(?:ant|proj|or|svcacct|admin)-(?=[\w-]{0,100}\d)[\w-]{20,250}`,
    open: START + begun("sk-", /[a-z]{0,7}/, "-", /[\w-]{0,250}/),
    traces: ["sk-"],
  },
  prefixed("API key", "gsk_", "[A-Za-z0-9]", 40, 100), // Groq
  prefixed("API key", "xai-", "[A-Za-z0-9]", 40, 120),
  prefixed("API key", "pplx-", "[A-Za-z0-9]", 40, 80), // Perplexity
  prefixed("API key", "sk_live_", "[A-Za-z0-9]", 20, 200), // Stripe
  prefixed("API key", "rk_live_", "[A-Za-z0-9]", 20, 200),
  prefixed("token", "hf_", "[A-Za-z0-9]", 30, 60), // Hugging Face
  prefixed("token", "npm_", "[A-Za-z0-9]", 36, 36),
  prefixed("token", "pypi-", String.raw`[\w-]`, 80, 400),
  prefixed("GitLab token", "glpat-", String.raw`[\w-]`, 20, 100),
  ...["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].map((prefix) =>
    prefixed("GitHub token", prefix, "[A-Za-z0-9]", 36, 250)
  ),
  prefixed("GitHub token", "github_pat_", String.raw`\w`, 22, 250),
  {
    name: "Slack token",
    source: String.raw`${START}xox[abeoprs]-(?=[\w-]{0,100}\d)[\w-]{10,250}`,
    open: START + begun("xox", /[abeoprs]?/, "-", /[\w-]{0,250}/),
    traces: ["xox"],
  },
  {
    name: "AWS key",
    source: `${START}(?:AKIA|ASIA)(?![A-Z2-7]{9}EXAMPLE)[A-Z2-7]{16}(?![A-Za-z0-9])`,
    open: START + begun("A", /[KS]?/, "IA", /[A-Z2-7]{0,16}/),
    traces: ["AKIA", "ASIA"],
  },
  {
    name: "Google key",
    source: String.raw`${START}AIza[\w-]{35}(?![\w-])`,
    open: START + begun("AIza", /[\w-]{0,35}/),
    traces: ["AIza"],
  },
  {
    name: "token",
    source: String.raw`${BEARER}(?=[\w.~+/-]{0,200}\d)[\w.~+/-]{20,2000}={0,2}`,
    open: String.raw`${BEARER}[\w.~+/-]{1,2000}={0,2}`,
    traces: ["earer "],
  },
  {
    name: "password",
    source: `${BASIC}(?=[A-Za-z0-9+/]{0,200}[\\d=])[A-Za-z0-9+/]{8,1000}={0,2}`,
    open: `${BASIC}[A-Za-z0-9+/]{1,1000}={0,2}`,
    traces: ["asic "],
  },
  {
    name: "password",
    source: `${OF_USER}(?!${STAND_IN}@)${PASSWORD}{1,200}(?=@)`,
    open: `${OF_USER}${PASSWORD}{1,200}`,
    traces: ["://"],
  },
  {
    name: "key",
    source: `${OF_QUERY}(?=${QUERY_VALUE}{0,200}\\d)${QUERY_VALUE}{10,1000}`,
    open: `${OF_QUERY}${QUERY_VALUE}{1,1000}`,
    traces: ["key=", "token=", "secret=", "password=", "sig=", "X-Amz-Signature="],
  },
];

/** A token with a prefix of its own: a digit is among its first characters, and it has `min` to `max`. */
function prefixed(name: string, prefix: string, character: string, min: number, max: number): SecretPattern {
  return {
    name,
    source: String.raw`${START}${prefix}(?=${character}{0,60}\d)${character}{${min},${max}}`,
    open: START + begun(prefix, new RegExp(`${character}{0,${max}}`)),
    traces: [prefix],
  };
}

/** Matches the first of these steps and what follows of them in order: a text to the letter, a pattern to any length. */
function begun(...steps: readonly (string | RegExp)[]): string {
  const atoms = steps.flatMap((step) =>
    typeof step === "string" ? [...step].map((letter) => RegExp.escape(letter)) : [step.source]
  );
  const [first = "", ...rest] = atoms;
  return first + rest.reduceRight((more, atom) => `(?:${atom}${more})?`, "");
}
