import { Command, CommanderError } from "@commander-js/extra-typings";
import { VERSION } from "../support/version.ts";
import { registerApprove, registerDeny } from "./approve.ts";
import { registerAuth } from "./auth.ts";
import { registerCancel } from "./cancel.ts";
import { registerChat } from "./chat.ts";
import { registerCheck } from "./check.ts";
import { registerCollect } from "./collect.ts";
import { argumentsFor, commandPath } from "./command_path.ts";
import type { CommandContext, RegisterCommand } from "./command_context.ts";
import { registerCompletions } from "./completions.ts";
import { registerConfig } from "./config.ts";
import { registerDelegate } from "./delegate.ts";
import { registerDoctor } from "./doctor.ts";
import { EXIT } from "./exit_codes.ts";
import { registerHost } from "./host.ts";
import type { Io } from "./io.ts";
import { registerList } from "./list.ts";
import { registerModels } from "./models.ts";
import { refuseAgents } from "./only_people.ts";
import { reportError } from "./report_error.ts";
import { registerResume } from "./resume.ts";
import { registerSessions } from "./sessions.ts";
import { registerSteer } from "./steer.ts";
import { registerTaskIds } from "./task_ids.ts";
import { registerUsage } from "./usage.ts";
import { usageError } from "./usage_error.ts";

/** Every command, in the order of the help. */
const COMMANDS: readonly RegisterCommand[] = [
  registerChat,
  registerDelegate,
  registerCheck,
  registerSteer,
  registerCollect,
  registerCancel,
  registerList,
  registerApprove,
  registerDeny,
  registerResume,
  registerSessions,
  registerModels,
  registerUsage,
  registerConfig,
  registerAuth,
  registerDoctor,
  registerCompletions,
  registerHost,
  registerTaskIds,
];

const EXAMPLES = `
Examples:
  hermes chat --offline                          try it, without a key
  hermes chat -q "what changed in this folder?"  one answer
  hermes delegate "review lib/" "review tests/"  two children at once`;

/** Wider help is no easier to read. */
const MAX_HELP_COLUMNS = 100;

/** Runs one command line and returns its exit code; every error is told here, none is thrown. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(argv.length === 0 ? bareArguments(io) : argv, io);
  } catch (error) {
    return reportError(error, { io, json: wantsJson(argv) });
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  let code: number = EXIT.done;
  const program = makeProgram(io, {
    io,
    action: (run) => async (...args) => {
      code = await run(...args);
    },
  });
  const path = commandPath(program, argv);
  try {
    await program.parseAsync(argumentsFor(path, argv), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.done; // help or version
    if (error.code === "commander.help") return EXIT.usage; // a command without its sub-command
    throw usageError(error, path);
  }
  return code;
}

function makeProgram(io: Io, context: CommandContext): Command {
  const program = new Command("hermes");
  program
    .description("Chat with an agent that hands work to other agents and stays free meanwhile")
    .usage("[command] [options]")
    .version(`hermes ${VERSION}`, "-V, --version", "Print the version")
    .helpOption("-h, --help", "Print this help")
    .helpCommand("help [command]", "Print the help of a command")
    .addHelpText("after", EXAMPLES)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: () => {}, // told by runCli
      getOutHelpWidth: () => helpColumns(io.stdout.columns, io.env),
      getErrHelpWidth: () => helpColumns(io.stderr.columns, io.env),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  program.hook("preAction", (_, called) => refuseAgents(io, called));
  for (const register of COMMANDS) register(program, context);
  return program;
}

/** `hermes` alone is a chat where there is a person, and help elsewhere. */
function bareArguments({ stdin, stdout }: Io): string[] {
  return stdin.isTerminal && stdout.isTerminal ? ["chat"] : ["--help"];
}

function helpColumns(columns: number | undefined, env: Io["env"]): number {
  return Math.min(MAX_HELP_COLUMNS, columns ?? (Number(env.COLUMNS) || 80));
}

/** Known before the options are parsed, because they may be what is wrong. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  const options = end < 0 ? argv : argv.slice(0, end);
  return options.includes("--json");
}
