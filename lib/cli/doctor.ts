import type { RegisterCommand } from "./command_context.ts";

const EXAMPLES = `
Examples:
  hermes doctor
  hermes doctor --json | jq '.findings[] | select(.state != "ok")'`;

/** `hermes doctor`: whether everything is as it should be. */
export const registerDoctor: RegisterCommand = (program, { io, action }) => {
  program.command("doctor")
    .description("Check config, providers, keys, store, hosts and disk, and say how to mend them")
    .option("--json", "Print one JSON document")
    .addHelpText("after", EXAMPLES)
    .action(action(async ({ json = false }) => {
      const { runDoctor } = await import("./doctor/run_doctor.ts");
      return await runDoctor(io, { json });
    }));
};
