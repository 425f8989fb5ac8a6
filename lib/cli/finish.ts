import { messageOf } from "../support/errors.ts";
import { EXIT } from "./exit_codes.ts";
import type { ProcessIo } from "./process_io.ts";

/**
 * Waits until all output has been taken, and says with which code the process ends. When its reader went away
 * (`| head -1`) a run that went well ends with 141, as git's does; a failure or a signal keeps its own code.
 */
export async function finish(code: number, io: ProcessIo): Promise<number> {
  const delivery = await io.flush();
  if (code !== EXIT.done || delivery.type === "taken") return code;
  if (delivery.type === "closed") return EXIT.brokenPipe;
  io.stderr.write(`hermes: Cannot write the output: ${messageOf(delivery.error)}\n`);
  await io.flush();
  return EXIT.failed;
}
