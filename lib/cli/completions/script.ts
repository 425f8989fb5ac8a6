import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { bashScript } from "./bash.ts";
import { fishScript } from "./fish.ts";
import { type CommandWords, commandWords } from "./words.ts";
import { zshScript } from "./zsh.ts";

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } satisfies Record<
  string,
  (name: string, commands: readonly CommandWords[]) => string
>;

/** The completion script of a shell for this program, as it is now. */
export function completionScript(shell: keyof typeof SCRIPTS, program: CommandUnknownOpts): string {
  return SCRIPTS[shell](program.name(), commandWords(program));
}
