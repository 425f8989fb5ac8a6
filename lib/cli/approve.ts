import { Option } from "@commander-js/extra-typings";
import type { CommandContext, RegisterCommand } from "./command_context.ts";

/** `hermes approve`: lets a task do what it asks to be allowed. */
export const registerApprove: RegisterCommand = (program, context) =>
  register(program, context, {
    name: "approve",
    allow: true,
    description: "Allow what a task asks to be allowed",
    examples: `
Examples:
  hermes check t7f3k9               shows what it wants to do, and why that asks
  hermes approve t7f3k9             this once
  hermes approve t7f3k9 --session   whatever asks for the same reason in its session`,
  });

/** `hermes deny`: does not. */
export const registerDeny: RegisterCommand = (program, context) =>
  register(program, context, {
    name: "deny",
    allow: false,
    description: "Deny what a task asks to be allowed; it goes on without",
    examples: `
Examples:
  hermes deny t7f3k9
  hermes deny t7f3k9 --task         and whatever it asks for the same reason`,
  });

interface Answer {
  readonly name: string;
  readonly allow: boolean;
  readonly description: string;
  readonly examples: string;
}

function register(
  program: Parameters<RegisterCommand>[0],
  { io, action }: CommandContext,
  { name, allow, description, examples }: Answer,
): void {
  program.command(name)
    .description(description)
    .argument("<id>", "A task id, or the id of a session for its own agent")
    .addOption(new Option("--task", "The same answer for its like in this task").conflicts("session"))
    .option("--session", "The same answer for its like in the whole session")
    .option("--json", "Print one JSON document")
    .addHelpText("after", examples)
    .action(action(async (id, options) => {
      const { runApproval } = await import("./lifecycle/run_approval.ts");
      const scope = options.task === true ? "task" : options.session === true ? "session" : "once";
      return await runApproval(io, { id, allow, scope }, options);
    }));
}
