import { messageOf } from "../support/errors.ts";
import type { Shell } from "../tools/tool.ts";

/** What is left of an agent's commands when it is over. */
export interface CommandsEnd {
  /** Ends what left the process groups of the commands; resolves with what could not be ended. */
  end(): Promise<readonly string[]>;
  /** Hears, in a sentence, of what may run on. */
  onLeft(message: string): void;
}

/** The shell of the session's own agent, which is over when it is disposed; what ran on then is ended, or told of. */
export function ownShell(shell: Shell, { end, onLeft }: CommandsEnd): Shell & AsyncDisposable {
  let hasRun = false;
  return {
    run(command, signal) {
      hasRun = true;
      return shell.run(command, signal);
    },
    async [Symbol.asyncDispose]() {
      if (!hasRun) return;
      try {
        const left = await end();
        if (left.length > 0) onLeft(`Cannot end what commands left running: ${left.join(", ")}`);
      } catch (error) {
        onLeft(`Cannot tell what commands left running: ${messageOf(error)}`);
      }
    },
  };
}
