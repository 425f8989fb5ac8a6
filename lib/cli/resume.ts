import type { RegisterCommand } from "./command_context.ts";

const EXAMPLES = `
Examples:
  hermes list --status interrupted
  hermes resume t7f3k9
  hermes resume t7f3k9 --wait           prints its summary when it is over`;

/** `hermes resume`: lets interrupted tasks go on. */
export const registerResume: RegisterCommand = (program, { io, action }) => {
  program.command("resume")
    .description("Let interrupted tasks go on where they stopped")
    .argument("<ids...>", "Task ids")
    .option("--wait", "Wait for them and print their summaries")
    .option("--json", "Print one JSON document")
    .addHelpText("after", EXAMPLES)
    .action(action(async (ids, options) => {
      const { runResume } = await import("./lifecycle/run_resume.ts");
      return await runResume(io, ids, options);
    }));
};
