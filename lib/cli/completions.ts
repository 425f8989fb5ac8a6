import type { Command } from "@commander-js/extra-typings";
import type { CommandContext } from "./command_context.ts";
import { EXIT } from "./exit_codes.ts";
import { parseOneOf } from "./options.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;

const EXAMPLES = `
Examples:
  hermes completions bash > ~/.local/share/bash-completion/completions/hermes
  hermes completions zsh > ~/.zfunc/_hermes      with ~/.zfunc in fpath
  hermes completions fish > ~/.config/fish/completions/hermes.fish`;

/** `hermes completions`: a script that completes what this program understands. */
export function registerCompletions(program: Command, { io, action }: CommandContext): void {
  program.command("completions")
    .description("Print a completion script for bash, zsh or fish")
    .argument("<shell>", SHELLS.join(", "), parseOneOf("SHELL", SHELLS))
    .addHelpText("after", EXAMPLES)
    .action(action(async (shell) => {
      const { completionScript } = await import("./completions/script.ts");
      io.stdout.write(completionScript(shell, program));
      return EXIT.done;
    }));
}
