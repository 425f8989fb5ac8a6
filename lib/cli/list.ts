import { Option } from "@commander-js/extra-typings";
import type { TaskStatus } from "../protocol/task_state.ts";
import type { RegisterCommand } from "./command_context.ts";
import { parseOneOf } from "./options.ts";

const STATUSES: readonly TaskStatus[] = [
  "queued",
  "running",
  "needs_input",
  "stopping",
  "completed",
  "failed",
  "cancelled",
  "interrupted",
];

const EXAMPLES = `
Examples:
  hermes list                   what runs, and what was not collected yet
  hermes list --all --json
  hermes list --status interrupted`;

/** `hermes list`: the tasks of all sessions. */
export const registerList: RegisterCommand = (program, { io, action }) => {
  program.command("list")
    .aliases(["ls", "tasks"])
    .description("List the tasks of all sessions and the slots")
    .option("--all", "Also those that are over and delivered")
    .addOption(
      new Option("--status <status>", "Only tasks of this status").argParser(
        parseOneOf("--status", STATUSES),
      ),
    )
    .option("--session <id>", "Only tasks of this session")
    .option("--json", "Print one JSON document")
    .addHelpText("after", EXAMPLES)
    .action(action(async (options) => {
      const { runList } = await import("./lifecycle/run_list.ts");
      return await runList(io, options);
    }));
};
