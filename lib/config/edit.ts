import { isDeepStrictEqual } from "node:util";
import { formatPath } from "../support/describe_issue.ts";
import { UserError } from "../support/errors.ts";
import { EXIT_CONFIG } from "./home.ts";
import { type Finding, inspectText } from "./inspect.ts";
import { parseKeyPath } from "./key_path.ts";
import type { Config } from "./schema.ts";
import type { Secrets } from "./secrets.ts";
import { parseYaml, parseYamlValue, withValueAt, type YamlFile } from "./yaml_file.ts";
import { type Keys, withoutKey, withSpliced } from "./yaml_splice.ts";

/** The exit code of a value that cannot be. */
const EXIT_USAGE = 2;
/** A value with variables is only known when it is loaded. */
const VARIABLE = /\$\{/;
const NO_SECRETS: Secrets = { get: () => undefined, stored: () => [], known: [] };

/** The effective value at a path such as `delegation.max_queued`. Throws {@linkcode UserError} for a key that does not exist. */
export function getConfigValue(config: Config, path: string): unknown {
  let value: unknown = config;
  for (const key of parseKeyPath(path)) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) {
      throw new UserError(`Cannot find "${path}": it is not set`, { exitCode: EXIT_USAGE });
    }
    value = (value as Record<string | number, unknown>)[key]; // an object with this key, as checked above
  }
  return value;
}

/**
 * The text of config.yaml with `value` (YAML: a scalar, `[a, b]` or `{k: v}`) at `path`; comments and order are kept.
 * A value that does not fit as YAML is taken as a string where that fits. Throws {@linkcode UserError}: 2 for an
 * unknown key or a wrong value, 78 for a text that is no config.
 */
export function setConfigValue(text: string, path: string, value: string): string {
  const keys = parseKeyPath(path);
  const before = parseYaml(text);
  if (before.problem !== null) {
    throw cannotSet(path, `config.yaml is broken: ${before.problem.message}`, EXIT_CONFIG);
  }
  const parsed = parseYamlValue(value);
  const candidates = parsed === undefined || parsed === value ? [value] : [parsed, value];
  const attempts = candidates.map((candidate) => {
    const edited = edit(text, keys, candidate, path);
    return { edited, wrong: VARIABLE.test(value) ? undefined : problemAt(edited, keys, text) };
  });
  const good = attempts.find(({ wrong }) => wrong === undefined);
  if (good !== undefined) return good.edited;
  const wrong = attempts[0]?.wrong;
  const where = wrong === undefined || isPrefix(wrong.keys, keys) ? "" : `${formatPath(wrong.keys)}: `;
  throw cannotSet(path, `${where}${wrong?.message}`, EXIT_USAGE);
}

/**
 * The text of config.yaml without the key, so that the default holds again; its comment stays where it says what the key
 * is for. Null: it is not set. Throws {@linkcode UserError}: 2 for an unknown key and for one that the rest cannot do
 * without, 78 for a text that is no config.
 */
export function unsetConfigValue(text: string, path: string): string | null {
  const keys = parseKeyPath(path);
  const file = parseYaml(text);
  if (file.problem !== null) {
    throw cannotUnset(path, `config.yaml is broken: ${file.problem.message}`, EXIT_CONFIG);
  }
  if (!file.document.hasIn(keys)) return null;
  const edited = taken(text, file, keys);
  const wrong = newProblem(edited, text);
  if (wrong === undefined) return edited;
  throw cannotUnset(path, `${formatPath(wrong.keys)}: ${wrong.message}`, EXIT_USAGE);
}

function taken(text: string, file: YamlFile, keys: Keys): string {
  const document = file.document.clone();
  document.deleteIn(keys);
  const anew = document.toString({ lineWidth: 0, flowCollectionPadding: false });
  const meant = effective(anew);
  return withoutKey(text, file, keys).find((each) => isDeepStrictEqual(effective(each), meant)) ?? anew;
}

/** What a text comes to: its settings or, where it has faults, its data. */
function effective(text: string): unknown {
  return inspectText(text, "config.yaml", NO_SECRETS).config ?? parseYaml(text).value;
}

/** Changes only the characters of the value, or adds lines, where that comes to what is wanted; else writes the file anew. */
function edit(text: string, keys: Keys, value: unknown, path: string): string {
  const file = parseYaml(text);
  const minimal = withSpliced(text, file, keys, value);
  if (minimal !== null && isDeepStrictEqual(parseYaml(minimal).value, wanted(file, keys, value))) {
    return minimal;
  }
  try {
    return withValueAt(file, keys, value);
  } catch (error) { // yaml throws a plain Error when a scalar or an alias is in the way
    const place = formatPath(inTheWay(file.value, keys));
    throw new UserError(`Cannot set "${path}": "${place}" is no map in config.yaml`, {
      hint: `Set all of it at once: hermes config set ${place} '{KEY: VALUE}'`,
      exitCode: EXIT_USAGE,
      cause: error,
    });
  }
}

/** The first keys of a path at which there is something that has no keys. */
function inTheWay(value: unknown, keys: Keys): Keys {
  let place = value;
  for (const [index, key] of keys.entries()) {
    place = (place as Record<string | number, unknown>)[key]; // what has no keys is found before
    if (typeof place !== "object" || place === null) return keys.slice(0, index + 1);
  }
  return keys.slice(0, -1);
}

/** The data that the text should hold after the edit; undefined when it cannot be told without writing the file anew. */
function wanted(file: YamlFile, keys: Keys, value: unknown): unknown {
  const clone = structuredClone(file.value ?? {});
  let place: unknown = clone;
  for (const [index, key] of keys.entries()) {
    if (typeof place !== "object" || place === null) return undefined;
    const map = place as Record<string | number, unknown>; // maps and lists are both written by key
    if (index === keys.length - 1) map[key] = value;
    else map[key] ??= typeof keys[index + 1] === "number" ? [] : {};
    place = map[key];
  }
  return clone;
}

/** What is wrong at the key, inside it, or with what is around it because of it, and what is wrong only since `before`. */
function problemAt(text: string, keys: Keys, before: string): Finding | undefined {
  const { errors, warnings, unusable } = inspectText(text, "config.yaml", NO_SECRETS);
  const isNear = (each: Finding) => isPrefix(keys, each.keys) || isPrefix(each.keys, keys);
  return [...errors, ...warnings].find(isNear) ?? unusable.find((each) => isPrefix(keys, each.keys)) ??
    newProblem(text, before);
}

/** What is wrong only since `before`. */
function newProblem(text: string, before: string): Finding | undefined {
  const known = inspectText(before, "config.yaml", NO_SECRETS).errors.map(({ text }) => withoutPlace(text));
  return inspectText(text, "config.yaml", NO_SECRETS).errors
    .find((each) => !known.includes(withoutPlace(each.text)));
}

/** Line and column change with what stands above. */
function withoutPlace(text: string): string {
  return text.replace(/^[^ ]*: /, "");
}

function isPrefix(some: readonly PropertyKey[], all: readonly PropertyKey[]): boolean {
  return some.every((key, index) => key === all[index]);
}

function cannotUnset(path: string, state: string, exitCode: number): UserError {
  return new UserError(`Cannot unset "${path}": ${state}`, { exitCode });
}

function cannotSet(path: string, state: string, exitCode: number): UserError {
  return new UserError(`Cannot set "${path}": ${state}`, { exitCode });
}
