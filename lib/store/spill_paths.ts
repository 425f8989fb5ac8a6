import { join } from "node:path";

/** Where texts are kept that are too long for a model, below a state directory. */
export function spillRoot(home: string): string {
  return join(home, "spill");
}

/** The directory of what a session spills. */
export function sessionSpill(home: string, sessionId: string): string {
  return join(spillRoot(home), sessionId);
}

/** The file with the whole of a summary that was cut. */
export function summaryPath(home: string, taskId: string): string {
  return join(spillRoot(home), `${taskId}.md`);
}
