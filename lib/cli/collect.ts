import { Option } from "@commander-js/extra-typings";
import type { RegisterCommand } from "./command_context.ts";
import { parseSeconds } from "./options.ts";

const EXAMPLES = `
Examples:
  hermes collect t7f3k9                   wait, then print its summary
  hermes collect --any t7f3k9 t2m8qa      the one that is over first
  hermes collect t7f3k9 --timeout 0 --json`;

/** `hermes collect`: waits for tasks and prints what they came to. */
export const registerCollect: RegisterCommand = (program, { io, action }) => {
  program.command("collect")
    .description("Wait for tasks and print their summaries")
    .argument("<ids...>", "Task ids")
    .option("--any", "Wait only for the first that is over")
    .addOption(
      new Option("--timeout <s>", "Wait at most so many seconds; 0 only looks").argParser(
        parseSeconds("--timeout"),
      ),
    )
    .option("--json", "Print one JSON document")
    .option("-Q, --quiet", "Print only errors on stderr")
    .addHelpText("after", EXAMPLES)
    .action(action(async (ids, options) => {
      const { runCollect } = await import("./lifecycle/run_collect.ts");
      return await runCollect(io, ids, options);
    }));
};
