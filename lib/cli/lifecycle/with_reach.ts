import type { Io } from "../io.ts";
import { jsonLine } from "../render/json.ts";
import { Ending } from "../signals.ts";
import { Reach } from "./reach.ts";

/** Runs a command on the tasks of the state directory; a signal ends the command with its code, never a task. */
export async function withReach(io: Io, run: (reach: Reach) => Promise<number>): Promise<number> {
  using ending = new Ending(io);
  try {
    using reach = new Reach(io, ending.signal);
    return await run(reach);
  } catch (error) {
    if (ending.exitCode !== null) return ending.exitCode;
    throw error;
  }
}

/** One JSON document: the object for one id, `{results}` for several. */
export function writeJson(io: Io, replies: readonly unknown[]): void {
  io.stdout.write(jsonLine(replies.length === 1 ? replies[0] : { results: replies }, io.stdout));
}

/** The ids as they were given, each once. */
export function distinct(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)];
}
