import { Option } from "@commander-js/extra-typings";
import type { RegisterCommand } from "./command_context.ts";
import { parseWhole } from "./options.ts";

const EXAMPLES = `
Examples:
  hermes check t7f3k9
  hermes check t7f3k9 --follow          until it is over
  hermes check t7f3k9 --json | jq .status`;

/** `hermes check`: shows tasks as they are. */
export const registerCheck: RegisterCommand = (program, { io, action }) => {
  program.command("check")
    .description("Show tasks and the end of their output")
    .argument("<ids...>", "Task ids")
    .option("--follow", "Print what happens to them until they are over")
    .addOption(
      new Option("--since <n>", "With --follow, leave out the events up to number n").argParser(
        parseWhole("--since"),
      ),
    )
    .option("--json", "Print one JSON document")
    .addOption(
      new Option("--jsonl", "With --follow, print events, one JSON document a line").conflicts("json"),
    )
    .addHelpText("after", EXAMPLES)
    .action(action(async (ids, options) => {
      const { runCheck } = await import("./lifecycle/run_check.ts");
      return await runCheck(io, ids, options);
    }));
};
