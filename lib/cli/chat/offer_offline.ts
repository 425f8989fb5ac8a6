import { UserError } from "../../support/errors.ts";
import { errorText } from "../render/error_text.ts";
import type { Io } from "../io.ts";

/**
 * Opens a chat; where that fails for want of a provider, a person on the terminal may have the offline model instead.
 * The choice is theirs alone: everywhere else, and for any other answer to `confirm`, the error stands.
 */
export async function orOffline<Opened>(
  io: Io,
  open: (options: { readonly offline: boolean }) => Promise<Opened>,
  confirm: Io["confirm"],
): Promise<Opened> {
  try {
    return await open({ offline: false });
  } catch (error) {
    const isPerson = io.stdin.isTerminal && io.stdout.isTerminal;
    if (!isPerson || !(error instanceof UserError) || !error.hint?.includes("--offline")) throw error;
    io.stderr.write(errorText({ message: error.message, hint: error.hint }));
    if (!await confirm("Try the offline model, which needs no key and does not reason?")) throw error;
    return await open({ offline: true });
  }
}
