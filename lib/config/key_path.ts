import { formatPath } from "../support/describe_issue.ts";
import { UserError } from "../support/errors.ts";
import { findUnknown } from "./schema_keys.ts";

/** One step of a path: a name, perhaps in double quotes because it has dots in it, or an index in brackets. */
const STEP = /^(?:"([^"]*)"|([^."[\]]+)|\[(\d+)\])/;
/** The exit code of a wrong argument. */
const EXIT_USAGE = 2;

/**
 * `models."gpt-5.1".price.input` or `delegation.routes[0].tier` as keys.
 * Throws {@linkcode UserError} 2 for what is no path, and for a path that config.yaml does not have.
 */
export function parseKeyPath(path: string): readonly (string | number)[] {
  const keys = steps(path);
  const unknown = findUnknown(keys);
  if (unknown === null) return keys;
  const hint = unknown.meant === null
    ? "List all keys with: hermes config show"
    : `Did you mean "${formatPath([...unknown.keys.slice(0, -1), unknown.meant])}"?`;
  throw new UserError(`Cannot find "${path}": config.yaml has no key "${formatPath(unknown.keys)}"`, {
    hint,
    exitCode: EXIT_USAGE,
  });
}

function steps(path: string): (string | number)[] {
  const keys: (string | number)[] = [];
  let rest = path;
  while (rest !== "" || keys.length === 0) {
    const [step, quoted, name, index] = STEP.exec(rest) ?? [];
    if (step === undefined) throw notAPath(path);
    keys.push(index === undefined ? quoted ?? name ?? "" : Number(index));
    rest = rest.slice(step.length);
    if (rest === ".") throw notAPath(path);
    if (rest !== "" && !rest.startsWith("[") && !rest.startsWith(".")) throw notAPath(path);
    rest = rest.replace(/^\./, "");
  }
  return keys;
}

function notAPath(path: string): UserError {
  return new UserError(`Cannot read the key "${path}": it is no path`, {
    hint: 'Write it like delegation.max_queued, delegation.routes[0].tier or models."gpt-5.1".price',
    exitCode: EXIT_USAGE,
  });
}
