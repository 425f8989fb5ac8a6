import { Option } from "@commander-js/extra-typings";
import type { RegisterCommand } from "./command_context.ts";
import { parseCount, parseSeconds, parseText, refuseLoneSince, runOptions } from "./options.ts";

const EXAMPLES = `
Examples:
  hermes delegate "review lib/store" "review lib/cli"   both at once
  git diff | hermes delegate "review this change" --context-file -
  id=$(hermes delegate --async "measure every page"); hermes collect $id
  hermes delegate --any --json "try it with sed" "try it with awk"`;

/** `hermes delegate`: hand goals to children and print their summaries. */
export const registerDelegate: RegisterCommand = (program, { io, action }) => {
  const options = runOptions(io);
  program.command("delegate")
    .description("Hand each goal to a child agent and print the summaries")
    .argument("<goals...>", "What each child is to do; - reads one goal from stdin")
    .option("--context <text>", "Tell every child this as well")
    .addOption(
      new Option("--context-file <file>", "The same from a file; - reads stdin").argParser(
        parseText("--context-file"),
      ),
    )
    .addOption(options.toolsets)
    .addOption(options.model)
    .addOption(options.provider)
    .addOption(
      new Option("--tier <name>", "Use the model of this tier of config.yaml").argParser(parseText("--tier")),
    )
    .addOption(options.name)
    .addOption(options.maxTurns)
    .addOption(
      new Option("--timeout <s>", "End each task after so many seconds").argParser(parseSeconds("--timeout")),
    )
    .addOption(
      new Option("--token-budget <n>", "End each task before it used more tokens").argParser(
        parseCount("--token-budget"),
      ),
    )
    .addOption(options.budgetUsd)
    .addOption(
      new Option("--schema <file>", "Each result must satisfy the JSON Schema in this file").argParser(
        parseText("--schema"),
      ),
    )
    .addOption(
      new Option("--after <id>", "Start when this task completed, with its summary; may be repeated")
        .argParser((id: string, before: readonly string[] | undefined) => [...before ?? [], id]),
    )
    .option("--async", "Print the ids and return; the tasks go on in the background")
    .option("--any", "Print the first summary that comes and cancel the rest")
    .addOption(options.yolo)
    .addOption(options.json)
    .addOption(options.jsonl)
    .addOption(options.since)
    .addOption(options.quiet)
    .addOption(options.offline)
    .addOption(options.cwd)
    .addHelpText("after", EXAMPLES)
    .action(action(async (goals, flags) => {
      refuseLoneSince(flags);
      const { runDelegate } = await import("./delegate/run_delegate.ts");
      return await runDelegate(io, goals, flags);
    }));
};
