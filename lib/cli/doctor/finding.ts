import type { Inspection } from "../../config/inspect.ts";
import type { LoadedConfig } from "../../config/load.ts";
import type { Io } from "../io.ts";

/** What one look brought to light. */
export interface Finding {
  readonly check: CheckName;
  readonly state: "ok" | "warning" | "problem";
  readonly message: string;
  /** How to mend it. */
  readonly hint?: string;
}

/** What is looked at. */
export type CheckName =
  | "config"
  | "providers"
  | "keys"
  | "store"
  | "hosts"
  | "disk"
  | "sandbox"
  | "search"
  | "terminal";

/** What a check has to look at. */
export interface Patient {
  readonly io: Io;
  /** The state directory. */
  readonly home: string;
  readonly inspection: Inspection | null;
  /** Null when the configuration cannot be used. */
  readonly loaded: LoadedConfig | null;
}

/** Looks at one thing. What it throws is told as a problem. */
export type Check = (patient: Patient) => readonly Finding[] | Promise<readonly Finding[]>;

/** A finding, with a hint where there is one. */
export function finding(
  check: CheckName,
  state: Finding["state"],
  message: string,
  hint?: string,
): Finding {
  return { check, state, message, ...hint === undefined ? {} : { hint } };
}
