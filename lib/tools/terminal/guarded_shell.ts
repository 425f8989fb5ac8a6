import type { Approve, Shell } from "../tool.ts";

/** A shell that runs a command once it is allowed. Rejects with `ToolFailure` `denied` where it is not. */
export function guardedShell(shell: Shell, approve: Approve): Shell {
  return {
    async run(command, signal) {
      await approve({ type: "command", command: command.command, cwd: command.cwd }, signal);
      return await shell.run(command, signal);
    },
  };
}
