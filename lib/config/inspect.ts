import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describeIssues, formatPath } from "../support/describe_issue.ts";
import type { KnownSecret } from "../support/redact.ts";
import { secretsOfConfig, secretsOfVariable } from "./config_secrets.ts";
import { expandVariables, typed, withoutMissing } from "./expand.ts";
import type { Env } from "./home.ts";
import { withoutOperation } from "./operation_path.ts";
import { BUILT_IN_PROVIDERS } from "./providers.ts";
import { fromPython } from "./python_compat.ts";
import { readIfThere } from "./read_file.ts";
import { referenceProblems } from "./references.ts";
import { type Config, configSchema } from "./schema.ts";
import { conform, isMap } from "./schema_keys.ts";
import { readSecrets, type Secrets, withMoreSecrets } from "./secrets.ts";
import { unusableParts } from "./unusable.ts";
import { parseYaml, type Position } from "./yaml_file.ts";

/** What is wrong at one place of the configuration. */
export interface Problem {
  readonly keys: readonly PropertyKey[];
  readonly message: string;
}

/** A problem with the place where it stands; `text` reads `FILE:LINE:COLUMN: KEY: what is wrong`. */
export interface Finding extends Problem {
  readonly text: string;
}

/** What a text says as configuration, and all that is wrong with it. */
export interface Inspection {
  /** Null when there are errors. */
  readonly config: Config | null;
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** Those of the warnings that are about variables without a value. */
  readonly unset: readonly Finding[];
  /** What loads, and ends the runs that come to it. */
  readonly unusable: readonly Finding[];
  readonly path: string;
  readonly exists: boolean;
  readonly secrets: Secrets;
}

/** Reads and checks `$HERMES_HOME/config.yaml` and `.env`. Throws a `UserError` only for a file that cannot be read. */
export function inspectConfig(home: string, env: Env): Inspection {
  const path = join(home, "config.yaml");
  const text = readIfThere(path);
  const checked = inspectText(text ?? "", path, readSecrets(home, env));
  return { ...checked, path, exists: text !== null };
}

/** Checks a text as if it were the file at `path`. */
export function inspectText(text: string, path: string, secrets: Secrets): Inspection {
  const file = { path, exists: true, secrets };
  const yaml = parseYaml(text);
  const broken = yaml.problem ?? (isMap(yaml.value) ? null : NO_MAP);
  if (broken !== null) {
    const error = {
      keys: [],
      message: broken.message,
      text: `${at(path, broken.position)}: ${broken.message}`,
    };
    return { ...file, config: null, errors: [error], warnings: [], unset: [], unusable: [] };
  }
  const found = (problem: Problem): Finding => {
    const place = [at(path, yaml.positionOf(problem.keys)), formatPath(problem.keys)].filter((part) =>
      part !== ""
    );
    return { ...problem, text: `${place.join(": ")}: ${problem.message}` };
  };
  const { config, errors, warnings, unset, written } = inspectValue(yaml.value, secrets);
  return {
    ...file,
    config: errors.length > 0 ? null : config,
    errors: errors.map(found),
    warnings: warnings.map(found),
    unset: unset.map(found),
    unusable: unusable(config, unset).map(found),
    secrets: withMoreSecrets(secrets, written),
  };
}

/** Of the variables without a value those count that the chat's own provider needs. */
function unusable(config: Config | null, unset: readonly Problem[]): readonly Problem[] {
  if (config === null) return [];
  const needed = unset.filter(({ keys: [section, name] }) =>
    section === "providers" && name === config.model.provider
  );
  const isMissing = ({ keys }: Problem) => needed.some((each) => each.keys[1] === keys[1]);
  return [
    ...needed,
    ...unusableParts(config).filter((each) => each.keys[0] !== "providers" || !isMissing(each)),
  ];
}

const NO_MAP = { position: { line: 1, column: 1 }, message: "expected settings, one key: value a line" };

interface ValueInspection {
  readonly config: Config | null;
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** Secrets that it holds. */
  readonly written: readonly KnownSecret[];
  /** Variables without a value. What needs one of them cannot be used; all else can. */
  readonly unset: readonly Problem[];
}

function inspectValue(value: unknown, secrets: Secrets): ValueInspection {
  const adopted = fromPython(value);
  const conformed = conform(adopted.value);
  const expanded = expandVariables(conformed.value, secrets);
  const missing = expanded.unset.map(({ keys, name }) => ({ keys, message: `\${${name}} is not set` }));
  const checked = checkValue(withoutMissing(expanded));
  const { config, problems } = checked.config === null
    ? checkValue(typed(expanded, checked.problems))
    : checked;
  const unknown = conformed.unknown.map(({ keys, meant }) => ({
    keys,
    message: meant === null ? "unknown key" : `unknown key, did you mean "${meant}"?`,
  }));
  return {
    config,
    errors: problems.map((problem) =>
      missing.find(({ keys }) => isDeepStrictEqual(keys, problem.keys)) ?? problem
    ),
    warnings: [...adopted.notes, ...unknown, ...missing],
    unset: missing,
    written: [
      ...providerKeys(config, secrets),
      ...secretsOfConfig(expanded.value),
      ...[...expanded.used].flatMap(([name, text]) => secretsOfVariable(name, text, true)),
    ],
  };
}

/** Merges the built-in providers in, and checks types, then references from one key to another. */
function checkValue(value: unknown): { config: Config | null; problems: readonly Problem[] } {
  const merged = withBuiltIns(value);
  const parsed = configSchema.safeParse(merged);
  if (!parsed.success) return { config: null, problems: describeIssues(parsed.error, merged) };
  return { config: parsed.data, problems: referenceProblems(parsed.data) };
}

/** The user's providers first, in their order: that is the order in which `auto` tries them. */
function withBuiltIns(value: unknown): unknown {
  if (!isMap(value)) return value;
  const own = value.providers ?? {};
  if (!isMap(own)) return value;
  const merged = Object.entries(own).map(([name, entry]) => {
    const builtIn = Object.hasOwn(BUILT_IN_PROVIDERS, name) ? BUILT_IN_PROVIDERS[name] : undefined;
    return [name, isMap(entry) ? { ...builtIn, ...withoutOperation(entry) } : entry];
  });
  return {
    ...value,
    providers: { ...Object.fromEntries(merged), ...without(BUILT_IN_PROVIDERS, Object.keys(own)) },
  };
}

function without<T>(map: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(map).filter(([name]) => !names.includes(name)));
}

/** Keys in variables whose names do not sound like secrets. */
function providerKeys(config: Config | null, secrets: Secrets): KnownSecret[] {
  const names = Object.values(config?.providers ?? {}).flatMap(({ key_env }) => key_env);
  return names.map((name) => ({ name, value: secrets.get(name) ?? "" }));
}

function at(path: string, position: Position | null): string {
  return position === null ? path : `${path}:${position.line}:${position.column}`;
}
