import type { WireError } from "../../support/errors.ts";
import { plainText } from "./text.ts";

/** An error as people read it: the sentence after the program's name, the way out on a line of its own. Ends in "\n". */
export function errorText({ message, hint }: Pick<WireError, "message" | "hint">): string {
  return plainText([`hermes: ${message}`, ...(hint === undefined ? [] : [hint])].join("\n")) + "\n";
}
