import { basename } from "node:path";
import { ToolFailure } from "../../support/errors.ts";
import type { FilesSeen } from "../tool.ts";
import { cannot } from "./file_failure.ts";
import { spelledOut } from "./meant_path.ts";
import type { Fingerprint } from "./scan_file.ts";
import type { Target } from "./target.ts";

/** Throws {@linkcode ToolFailure} `changed_since_read` when the file is not what this agent last saw or wrote. */
export function assertUnchanged(target: Target, now: Fingerprint, seen: FilesSeen): void {
  const before = seen.get(target.real);
  if (before === undefined || before === now.sha256) return;
  throw new ToolFailure("changed_since_read", `${cannot(target.attempt)}: it changed since you read it`, {
    hint: "Somebody else wrote to it. Read it again and keep their change",
  });
}

/** Throws {@linkcode ToolFailure} `not_read` when this agent never saw the file. */
export function assertRead(target: Target, seen: FilesSeen): void {
  if (seen.has(target.real)) return;
  const name = basename(target.real);
  const isOther = basename(target.attempt.absolute) === name && basename(target.attempt.path) !== name;
  const state = isOther ? `it exists, spelled ${spelledOut(name)},` : "it exists";
  throw new ToolFailure("not_read", `${cannot(target.attempt)}: ${state} and you have not read it`, {
    hint: "Read it first: writing replaces all of it",
  });
}
