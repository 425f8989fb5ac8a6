import { HOST_COMMAND } from "../session/host_command.ts";
import type { RegisterCommand } from "./command_context.ts";

/** The hidden command that runs the detached host. */
export const registerHost: RegisterCommand = (program, { io, action }) => {
  program.command(HOST_COMMAND, { hidden: true })
    .description("Run the tasks that were delegated with --async")
    .action(action(async () => {
      const { runHostCommand } = await import("./lifecycle/run_host.ts");
      return await runHostCommand(io);
    }));
};
