import type * as z from "zod/mini";
import { headOf } from "./cut_text.ts";

/** One thing wrong with a value. `path` reads `delegation.max_queued` or `tasks[0].goal`; "" is the value itself. */
export interface DescribedIssue {
  readonly path: string;
  readonly keys: readonly PropertyKey[];
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

/** What `zod/mini` says where no schema gave a message of its own. */
const NO_MESSAGE = "Invalid input";
/** The longest piece of the value that a message repeats, in characters. */
const SHOWN_CHARS = 60;

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "an integer",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  null: "null",
};

/**
 * What is wrong with `input`, in words: `expected a string, got 3`, `unknown key "foo"`.
 * A message that the schema gives (`expected an integer ≥ 1`) gets the value appended; one of a refinement stays as it is.
 */
export function describeIssues(error: z.core.$ZodError, input: unknown): DescribedIssue[] {
  return error.issues.flatMap((issue) => describeIssue(issue, [], input));
}

/** The keys as one would write them: `a.b[0].c`. */
export function formatPath(keys: readonly PropertyKey[]): string {
  return keys.map((key) => typeof key === "number" ? `[${key}]` : `.${String(key)}`).join("").replace(
    /^\./,
    "",
  );
}

function describeIssue(issue: Issue, parents: readonly PropertyKey[], input: unknown): DescribedIssue[] {
  const keys = [...parents, ...issue.path];
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => described([...keys, key], `unknown key ${JSON.stringify(key)}`));
  }
  if (issue.code === "invalid_union") {
    const inner = closestBranch(issue.errors);
    if (inner !== null) return inner.flatMap((each) => describeIssue(each, keys, input));
  }
  if (issue.code === "custom" && issue.message !== NO_MESSAGE) return [described(keys, issue.message)];
  const expected = expectation(issue);
  const value = valueAt(input, keys);
  return [described(keys, value === undefined ? `missing, ${expected}` : `${expected}, got ${shown(value)}`)];
}

function described(keys: readonly PropertyKey[], message: string): DescribedIssue {
  return { path: formatPath(keys), keys, message };
}

/** The branch of a union that took the value's type and failed only inside it; null when none did. */
function closestBranch(branches: readonly Issue[][]): Issue[] | null {
  return branches.find((issues) =>
    issues.every((issue) => issue.path.length > 0 || !isTypeMismatch(issue))
  ) ?? null;
}

function isTypeMismatch(issue: Issue): boolean {
  return issue.code === "invalid_type" || issue.code === "invalid_value" || issue.code === "invalid_union";
}

function expectation(issue: Issue): string {
  if (issue.message !== NO_MESSAGE) return issue.message;
  const words = wanted(issue);
  return words === null ? "not a valid value" : `expected ${words}`;
}

/** What would have been right, as a noun phrase; null when the issue does not say. */
function wanted(issue: Issue): string | null {
  switch (issue.code) {
    case "invalid_type":
      return TYPE_NAMES[issue.expected] ?? issue.expected;
    case "invalid_value":
      return issue.values.length === 1
        ? shownLiteral(issue.values[0])
        : `one of ${issue.values.map(shownLiteral).join(", ")}`;
    case "too_small":
      return bound(issue.origin, issue.inclusive === false ? "more than" : "at least", issue.minimum);
    case "too_big":
      return bound(issue.origin, issue.inclusive === false ? "less than" : "at most", issue.maximum);
    case "invalid_format":
      return issue.pattern === undefined
        ? `a valid ${issue.format}`
        : `a string that matches ${issue.pattern}`;
    case "invalid_union":
      return unionWanted(issue);
    default:
      return null;
  }
}

function bound(origin: string, comparison: string, limit: number | bigint): string {
  const unit = origin === "string" ? "characters" : origin === "array" ? "items" : null;
  if (unit === null) return `a number of ${comparison} ${limit}`;
  return `${comparison} ${limit} ${limit === 1 ? unit.slice(0, -1) : unit}`;
}

function unionWanted(issue: Extract<Issue, { code: "invalid_union" }>): string | null {
  if ("options" in issue && issue.options !== undefined) {
    return `one of ${issue.options.map(shownLiteral).join(", ")}`;
  }
  const words = issue.errors.flatMap((issues) => issues.slice(0, 1).map(expectation));
  if (words.length === 0) return null;
  return [...new Set(words.map((word) => word.replace(/^expected /, "")))].join(" or ");
}

/** Allowed words are shown bare, as they are written in YAML or named in help. */
function shownLiteral(value: unknown): string {
  return typeof value === "string" ? value : String(value);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const text = typeof value === "number" ? String(value) : JSON.stringify(value) ?? typeof value;
  return text.length <= SHOWN_CHARS ? text : `${headOf(text, SHOWN_CHARS)}… (${text.length} characters)`;
}

function valueAt(input: unknown, keys: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of keys) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key]; // an object with this own key, as checked above
  }
  return value;
}
