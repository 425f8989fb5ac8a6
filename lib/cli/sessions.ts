import { Argument, type Command, Option } from "@commander-js/extra-typings";
import type { CommandContext } from "./command_context.ts";
import { parseAge, parseOneOf, parseText } from "./options.ts";

const EXAMPLES = `
Examples:
  hermes sessions list
  hermes sessions show s7f3k9                  what was said, and what became of the tasks
  hermes sessions show t7f3k9                  the same of one task
  hermes sessions export s7f3k9 --format markdown -o talk.md
  hermes sessions rm --older-than 30d`;

/** `hermes sessions`: what is kept of chats and delegations. */
export function registerSessions(program: Command, { io, action }: CommandContext): void {
  const sessions = program.command("sessions")
    .description("List, show, export and remove what is kept of sessions")
    .addHelpText("after", EXAMPLES);
  sessions.command("list").description("List the sessions, newest first")
    .option("--all", "Also older ones, and those in which nothing was said")
    .option("--json", "Print one JSON document")
    .action(action(async (options) => (await import("./sessions/run_list.ts")).listSessions(io, options)));
  sessions.command("show").description("Print what was said and what the tasks came to")
    .addArgument(sessionOrTask())
    .action(action(async (id) => (await import("./sessions/run_show.ts")).showSession(io, id)));
  sessions.command("export").description("Write all that is kept, without secrets")
    .addArgument(sessionOrTask())
    .addOption(
      new Option("--format <format>", "json or markdown").default("json" as const)
        .argParser(parseOneOf("--format", ["json", "markdown"])),
    )
    .addOption(
      new Option("-o, --output <file>", "Write it there instead of printing it").argParser(
        parseText("--output"),
      ),
    )
    .action(
      action(async (id, options) =>
        (await import("./sessions/run_export.ts")).exportSession(io, id, options)
      ),
    );
  sessions.command("rm").description("Remove sessions; what is not delivered or not over stays")
    .argument("[ids...]", "Sessions; without any, all that are old enough")
    .addOption(
      new Option("--older-than <age>", "Only those without a sign of life for so long: 30d, 12h, 2w")
        .argParser(parseAge("--older-than")),
    )
    .option("--force", "Also with results that were not delivered and tasks that could go on")
    .option("--json", "Print one JSON document")
    .action(
      action(async (ids, options) => (await import("./sessions/run_rm.ts")).removeSessions(io, ids, options)),
    );
}

function sessionOrTask(): Argument<"<id>"> {
  return new Argument("<id>", "A session or a task");
}
