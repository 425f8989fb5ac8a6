import type { Command } from "@commander-js/extra-typings";
import type { CommandContext } from "./command_context.ts";

const EXAMPLES = `
Examples:
  hermes usage                     what today's requests came to
  hermes usage --all               everything that is stored, by day
  hermes usage --session s7f3k9    one session, by task`;

/** `hermes usage`: what requests came to, from what all sessions have stored. */
export function registerUsage(program: Command, { io, action }: CommandContext): void {
  program.command("usage")
    .description("Print tokens and cost by model, key, day and task")
    .option("--day", "Today's requests (the default)")
    .option("--session <id>", "The requests of one session, by task")
    .option("--all", "All requests, by day")
    .option("--json", "Print one JSON document")
    .addHelpText("after", EXAMPLES)
    .action(action(async (options) => (await import("./usage_stored.ts")).printUsage(io, options)));
}
