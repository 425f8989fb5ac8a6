import { type Command, Option } from "@commander-js/extra-typings";
import type { CommandContext } from "./command_context.ts";
import { parseText } from "./options.ts";

const EXAMPLES = `
Examples:
  hermes models                    what is configured, and which model is the default
  hermes models --provider local   what the server at this provider has
  hermes models --prices           what well-known models cost, of when and from where`;

/** `hermes models`: providers, their keys' states, and what is known of which model. */
export function registerModels(program: Command, { io, action }: CommandContext): void {
  program.command("models")
    .description("List providers and models, with the default")
    .addOption(
      new Option("--provider <name>", "Ask this provider's server for its models").argParser(
        parseText("--provider"),
      ),
    )
    .option("--prices", "Print what models cost; with --provider, those of one provider")
    .option("--json", "Print one JSON document")
    .addHelpText("after", EXAMPLES)
    .action(action(async ({ provider, prices = false, json = false }) => {
      if (prices) return await (await import("./models_prices.ts")).printPrices(io, { provider, json });
      if (provider === undefined) {
        return await (await import("./models_configured.ts")).printConfigured(io, { json });
      }
      return await (await import("./models_served.ts")).printServed(io, { provider, json });
    }));
}
