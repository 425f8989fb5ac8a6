import { ToolFailure } from "../../support/errors.ts";
import { MARKER } from "../../support/redact.ts";
import { cannot } from "./file_failure.ts";
import type { Target } from "./target.ts";

/**
 * Throws {@linkcode ToolFailure} `redacted` for a text with a marker in the place of a secret, unless the file had one
 * before: written back, it would destroy the secret. `before` is asked only when there is a marker.
 */
export async function assertNoMarker(
  target: Target,
  text: string,
  before: () => string | Promise<string>,
): Promise<void> {
  if (!text.includes(MARKER) || (await before()).includes(MARKER)) return;
  throw new ToolFailure("redacted", `${cannot(target.attempt)}: the text has "${MARKER}…]" in it`, {
    hint: "It stands where a secret was taken out of what you read. Change only lines without it, with patch",
  });
}
