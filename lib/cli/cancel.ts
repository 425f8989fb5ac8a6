import type { RegisterCommand } from "./command_context.ts";

const EXAMPLES = `
Examples:
  hermes cancel t7f3k9
  hermes cancel --all --session s1a2b3
  hermes cancel --all --yes               every task of every session`;

/** `hermes cancel`: stops tasks. */
export const registerCancel: RegisterCommand = (program, { io, action }) => {
  program.command("cancel")
    .description("Stop tasks with all below them, and say when they have stopped")
    .argument("[ids...]", "Task ids")
    .option("--all", "Every task that is not over; with --session or --yes")
    .option("--session <id>", "With --all: of this session")
    .option("--yes", "With --all: of every session")
    .option("--json", "Print one JSON document")
    .addHelpText("after", EXAMPLES)
    .action(action(async (ids, options) => {
      const { runCancel } = await import("./lifecycle/run_cancel.ts");
      return await runCancel(io, ids, options);
    }));
};
