/** A kind of secret that is known by its look. */
export interface SecretPattern {
  /** Source of a regular expression. No match is longer than {@linkcode LONGEST_PATTERN} characters. */
  readonly source: string;
  /** What a marker says of it. */
  readonly name: string;
}

/** No pattern looks at more characters than this, from the start of its match to the end of what it looks ahead to. */
export const LONGEST_PATTERN = 16_384;

/** Not in the middle of a word or of a longer token. */
const START = "(?<![A-Za-z0-9_-])";
const BREAK = String.raw`(?:\s|\d|\\[rn])`;
const BODY = String.raw`[A-Za-z0-9+/=]`;
const PEM = "(?:[A-Z0-9]{1,10} ){0,3}PRIVATE KEY-----";
/** Words that stand for a password in documents. */
const PLACEHOLDER = "(?:pass|passwd|password|pwd|pw|secret|changeme)";

/**
 * Secrets of well-known makers; the forms are from the makers' documents and from gitleaks. Each asks for more than
 * its prefix (a digit, a length), so that class names, hashes and examples with "xxx" are left alone.
 */
export const SECRET_PATTERNS: readonly SecretPattern[] = [
  {
    name: "private key",
    source: `-----BEGIN ${PEM}${BREAK}{1,12}(?:[A-Za-z-]{3,12}: ?[^\\n]{1,100}\\n\\s?){0,3}${BODY}{40}` +
      `(?:${BODY}|\\s|\\\\[rn]){0,7400}(?:-----END ${PEM})?`,
  },
  {
    name: "token",
    source: String.raw`${START}eyJ[\w-]{10,1500}\.eyJ[\w-]{10,4000}\.[\w-]{10,1000}`,
  },
  { name: "API key", source: String.raw`${START}sk-(?=[A-Za-z0-9]{0,30}\d)[A-Za-z0-9]{20,200}` },
  {
    name: "API key",
    source: String.raw`${START}sk-(?:ant|proj|or|svcacct|admin)-(?=[\w-]{0,100}\d)[\w-]{20,250}`,
  },
  { name: "GitHub token", source: `${START}gh[pousr]_[A-Za-z0-9]{36,250}` },
  { name: "GitHub token", source: String.raw`${START}github_pat_\w{22,250}` },
  { name: "Slack token", source: String.raw`${START}xox[abeoprs]-(?=[\w-]{0,100}\d)[\w-]{10,250}` },
  { name: "AWS key", source: `${START}(?:AKIA|ASIA)(?![A-Z2-7]{9}EXAMPLE)[A-Z2-7]{16}(?![A-Za-z0-9])` },
  { name: "Google key", source: String.raw`${START}AIza[\w-]{35}(?![\w-])` },
  {
    name: "token",
    source: String.raw`(?<=\b[Bb]earer )(?=[\w.~+/-]{0,200}\d)[\w.~+/-]{20,2000}={0,2}`,
  },
  {
    name: "password",
    source: String.raw`(?<=:\/\/[^\s\/@:"'<>]{0,100}:)(?!${PLACEHOLDER}@)[^\s\/@"'<>\${}*\[\]]{1,200}(?=@)`,
  },
];
