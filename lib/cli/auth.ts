import { type Command, Option } from "@commander-js/extra-typings";
import type { CommandContext } from "./command_context.ts";
import { parseText } from "./options.ts";

const EXAMPLES = `
Examples:
  hermes auth add openai --label work       asks for the key, which is not shown
  pass show openai | hermes auth add openai
  hermes auth list`;

/** `hermes auth`: the keys of providers and what their servers said of them. */
export function registerAuth(program: Command, { io, action }: CommandContext): void {
  const auth = program.command("auth")
    .description("Add, list and remove the keys of providers")
    .addHelpText("after", EXAMPLES);
  auth.command("add").description("Store a key, asked for on the terminal or read from stdin")
    .argument("<provider>", "A provider of config.yaml")
    .addOption(new Option("--label <name>", "Call the key this in lists").argParser(parseText("--label")))
    .action(
      action(async (provider, { label }) =>
        await (await import("./auth_actions.ts")).addKey(io, provider, label)
      ),
    );
  auth.command("list").description("List all keys with their state, never the keys themselves")
    .option("--json", "Print one JSON document")
    .action(action(async ({ json = false }) => (await import("./auth_list.ts")).listKeys(io, { json })));
  auth.command("remove").description("Forget a stored key")
    .argument("<provider>", "Its provider")
    .argument("<label>", "Its label or fingerprint")
    .action(
      action(async (provider, label) => (await import("./auth_actions.ts")).removeKey(io, provider, label)),
    );
  auth.command("reset").description("Forget refusals and cool-downs, so that every key is tried again")
    .argument("[provider]", "Only of this provider's keys")
    .action(action(async (provider) => (await import("./auth_actions.ts")).resetKeys(io, provider)));
}
