import type { Command } from "@commander-js/extra-typings";
import type { CommandContext } from "./command_context.ts";

const EXAMPLES = `
Examples:
  hermes config set model.default gpt-5.1
  hermes config set delegation.max_concurrent_children 20
  hermes config unset delegation.max_concurrent_children
  hermes config get 'models."gpt-5.1".price'`;

/** `hermes config`: looks at config.yaml and changes it. */
export function registerConfig(program: Command, { io, action }: CommandContext): void {
  const config = program.command("config")
    .description("Show, check and change the settings")
    .addHelpText("after", EXAMPLES);
  config.command("init").description("Write a config.yaml with every setting, its default and what it does")
    .action(action(async () => (await import("./config_actions.ts")).initialise(io)));
  config.command("path").description("Print where config.yaml is")
    .action(action(async () => (await import("./config_actions.ts")).printPath(io)));
  config.command("show").description("Print the settings in force, defaults included, without secrets")
    .action(action(async () => (await import("./config_actions.ts")).show(io)));
  config.command("get").description("Print one setting").argument("<key>", "such as delegation.max_queued")
    .action(action(async (key) => (await import("./config_actions.ts")).get(io, key)));
  config.command("set").description("Change one setting; comments and order are kept")
    .argument("<key>", "such as delegation.max_queued")
    .argument("<value>", "text, number, true, false, null, [a, b] or {key: value}")
    .action(action(async (key, value) => (await import("./config_actions.ts")).set(io, key, value)));
  config.command("unset").description("Take one setting out, so that its default holds")
    .argument("<key>", "such as delegation.max_queued")
    .action(action(async (key) => (await import("./config_actions.ts")).unset(io, key)));
  config.command("check").description("List what is wrong with config.yaml")
    .action(action(async () => (await import("./config_actions.ts")).check(io)));
}
