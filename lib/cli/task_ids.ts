import { TASK_IDS_COMMAND } from "./completions/task_ids_command.ts";
import type { RegisterCommand } from "./command_context.ts";

/** The hidden command by which completion scripts ask for task ids. */
export const registerTaskIds: RegisterCommand = (program, { io, action }) => {
  program.command(TASK_IDS_COMMAND, { hidden: true })
    .description("Print the ids of tasks with what they are about")
    .action(action(async () => {
      const { printTaskIds } = await import("./completions/print_task_ids.ts");
      return printTaskIds(io);
    }));
};
