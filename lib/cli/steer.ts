import { Option } from "@commander-js/extra-typings";
import type { RegisterCommand } from "./command_context.ts";

const EXAMPLES = `
Examples:
  hermes steer t7f3k9 "only the tests, please"
  hermes steer t7f3k9 --now "stop reading, write what you have"
  hermes steer t7f3k9 "yes, remove it"          answers its question`;

/** `hermes steer`: tells a task something. */
export const registerSteer: RegisterCommand = (program, { io, action }) => {
  program.command("steer")
    .description("Tell a task something, or answer its question")
    .argument("<id>", "A task id")
    .argument("<message>", "What to tell it")
    .addOption(new Option("--now", "End its model request to tell it").conflicts(["next", "after"]))
    .addOption(new Option("--next", "Tell it before its next model request (the default)").conflicts("after"))
    .option("--after", "Tell it when it would end; it goes on then")
    .option("--json", "Print one JSON document")
    .addHelpText("after", EXAMPLES)
    .action(action(async (id, message, options) => {
      const { runSteer } = await import("./lifecycle/run_steer.ts");
      return await runSteer(io, id, message, options);
    }));
};
