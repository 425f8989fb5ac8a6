import { setPriority } from "node:os";
import process from "node:process";

/** As for work in the background; the highest is 19. */
const NICE = 10;

/**
 * Lets the calling thread stand back while others want the processors. On Linux only: elsewhere a priority belongs to
 * the whole process. Where the system forbids it, nothing changes.
 */
export function standBack(): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(0, NICE);
  } catch {
    // a sandbox may refuse it
  }
}
