import { Option } from "@commander-js/extra-typings";
import type { RegisterCommand } from "./command_context.ts";
import { parseCount, refuseLoneSince, runOptions } from "./options.ts";

const EXAMPLES = `
Examples:
  hermes chat                            talk on the terminal
  hermes chat -q "what is in this folder?"
  git diff | hermes chat -q "review this change"
  hermes chat -c                         go on with the last chat of this directory
  printf 'say: hi\\n/list\\n' | hermes chat --offline`;

/** `hermes chat`: talk to an agent, line by line or once. */
export const registerChat: RegisterCommand = (program, { io, action }) => {
  const options = runOptions(io);
  program.command("chat")
    .description("Talk to an agent that delegates; one answer with -q")
    .argument("[prompt]", "Say this first; without a terminal on stdin it is -q")
    .option("-q, --query <prompt>", "Answer once and exit; - reads the prompt from stdin")
    .option("-n, --no-stdin", "With -q, leave alone what is piped in, which else stands under the prompt")
    .option("-r, --resume <id>", "Go on with a session, its conversation and its tasks")
    .addOption(
      new Option("-c, --continue", "Go on with the last chat of this directory").conflicts("resume"),
    )
    .addOption(options.model)
    .addOption(options.provider)
    .addOption(options.toolsets)
    .addOption(
      new Option("--max-turns <n>", "Model requests for one message").argParser(parseCount("--max-turns")),
    )
    .addOption(options.budgetUsd)
    .option("--plain", "Plain lines: no colour, nothing updated in place")
    .addOption(options.yolo)
    .addOption(options.json)
    .addOption(options.jsonl)
    .addOption(options.since)
    .addOption(options.quiet)
    .addOption(options.offline)
    .addOption(options.cwd)
    .addHelpText("after", EXAMPLES)
    .action(action(async (prompt, flags) => {
      refuseLoneSince(flags);
      const { runChat } = await import("./chat/run_chat.ts");
      return await runChat(io, prompt, flags);
    }));
};
