import {
  messageOf,
  ProviderError,
  ToolFailure,
  toWireError,
  UserError,
  type WireError,
} from "../support/errors.ts";
import { codeOf, fileState } from "../support/file_state.ts";
import { cutMiddle } from "../support/cut_middle.ts";
import { EXIT, exitOfError } from "./exit_codes.ts";
import type { Io } from "./io.ts";
import { errorText } from "./render/error_text.ts";
import { jsonLine } from "./render/json.ts";

/** How an error is told to people and programs. */
interface Report {
  readonly error: WireError;
  readonly exitCode: number;
}

/**
 * Tells an error that ended a command, and returns the exit code: `hermes: message` and the hint on stderr, with
 * `json` also `{"error": …}` on stdout. What is none of our kinds is our bug: its stack goes into the log only.
 */
export async function reportError(
  thrown: unknown,
  { io, json }: { readonly io: Io; readonly json: boolean },
): Promise<number> {
  const { error: said, exitCode } = await reportOf(thrown, io);
  const error = readable(await withoutSecrets(said, io));
  if (json) io.stdout.write(jsonLine({ error }, io.stdout));
  io.stderr.write(errorText(error));
  return exitCode;
}

/** What it quotes may be a megabyte. */
function readable(error: WireError): WireError {
  const message = cutMiddle(error.message, MAX_CHARS, (left) => ` [… ${left} characters …] `);
  return { ...error, message };
}

const MAX_CHARS = 2_000;

/** A server's words, a path or an argument may hold a key. */
async function withoutSecrets(error: WireError, { env }: Io): Promise<WireError> {
  const { createRedactor } = await import("../support/redact.ts"); // load on use
  const { knownSecretsOf } = await import("./known_secrets.ts"); // load on use
  return createRedactor(knownSecretsOf(env)).value(error);
}

async function reportOf(thrown: unknown, io: Io): Promise<Report> {
  if (thrown instanceof SuppressedError) return await reportOf(thrown.suppressed, io); // what came first counts
  if (thrown instanceof UserError) {
    const code = CODES[thrown.exitCode] ?? "invalid";
    return { error: { ...toWireError(thrown), code }, exitCode: thrown.exitCode };
  }
  if (thrown instanceof ToolFailure || thrown instanceof ProviderError) {
    const error = toWireError(thrown);
    return { error, exitCode: exitOfError(error) };
  }
  return shortage(thrown) ?? { error: await internalError(thrown, io), exitCode: EXIT.internal };
}

/** What the machine is short of is no bug of ours, wherever it shows; null: it is something else. */
function shortage(thrown: unknown): Report | null {
  if (!SHORTAGES.has(codeOf(thrown))) return null;
  const message = `Cannot go on: ${fileState(thrown)}`;
  return { error: { code: "temporary", message }, exitCode: EXIT.temporary };
}

const SHORTAGES: ReadonlySet<string> = new Set(["EMFILE", "ENFILE", "ENOSPC", "EDQUOT", "ENOMEM"]);

/** The codes of errors that a user can mend, by exit code. */
const CODES: Readonly<Record<number, string>> = {
  [EXIT.usage]: "invalid_arguments",
  [EXIT.temporary]: "temporary",
  [EXIT.config]: "configuration",
};

async function internalError(thrown: unknown, io: Io): Promise<WireError> {
  const message = "Cannot go on: internal error, a bug of hermes";
  try {
    const { logInternalError } = await import("./error_log.ts");
    return { code: "internal", message, hint: `The details are in ${logInternalError(thrown, io)}` };
  } catch (error) { // nothing may hide that there was a bug
    return { code: "internal", message, hint: `The details are lost: ${messageOf(error)}` };
  }
}
