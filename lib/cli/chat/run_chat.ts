import { resolveModel } from "../../config/models.ts";
import { UserError } from "../../support/errors.ts";
import { EXIT } from "../exit_codes.ts";
import { type Io, takesAnsi } from "../io.ts";
import { loadRunConfig } from "../load_config.ts";
import { openRun, type Run, type RunOptions, wishOf } from "../open_run.ts";
import { readGiven } from "../read_given.ts";
import { orOffline } from "./offer_offline.ts";
import type { ResumeWish } from "./find_session.ts";
import { PromptScreen } from "./prompt_screen.ts";

/** The options of `hermes chat`. */
export interface ChatOptions extends RunOptions, ResumeWish {
  readonly query?: string | undefined;
  readonly maxTurns?: number | undefined;
  readonly plain?: true | undefined;
  /** False: what is piped in is not read. */
  readonly stdin?: boolean | undefined;
}

/** Model requests for one message, unless it was said. The Python original's figure. */
const MAX_TURNS = 90;

/** Runs a chat in the way that the command line and the terminal ask for; returns the exit code. */
export async function runChat(io: Io, prompt: string | undefined, given: ChatOptions): Promise<number> {
  const options = await withStored(io, given);
  const query = await queryOf(io, prompt, options);
  const maxTurns = options.maxTurns ?? MAX_TURNS;
  if (query !== null) {
    const { answerOnce } = await import("./one_shot.ts");
    await using run = await openRun(io, { ...options, linesOnly: options.plain });
    const how = { ...options, maxTurns, goesOn: options.goOnWith !== undefined };
    return run.keptCode(await takeUp(io, run, options) ?? await answerOnce(io, run, query, how));
  }
  const { chatByLine } = await import("./line_chat.ts");
  const asksPerson = io.stdin.isTerminal && io.stdout.isTerminal && options.jsonl !== true;
  const screen = new PromptScreen(options.plain === true ? withoutColour(io) : io);
  await using run = await orOffline(
    io,
    ({ offline }) =>
      openRun(screen.io, {
        ...options,
        linesOnly: true,
        asksPerson,
        offline: offline || options.offline === true,
      }),
    takesAnsi(io.stdout, io.env)
      ? (question) => io.confirm(question)
      : (question) => confirmByLine(screen, question),
  );
  const how = { first: prompt ?? null, jsonl: options.jsonl === true, maxTurns };
  return run.keptCode(await takeUp(screen.io, run, options) ?? await chatByLine(screen, run, how));
}

/** Where nothing may be drawn, a line is the answer. */
async function confirmByLine(screen: PromptScreen, question: string): Promise<boolean> {
  screen.io.stderr.write(`${question} [y/N] `);
  return /^y(es)?$/i.test((await screen.readLine() ?? "").trim());
}

/** The options with what is stored of the session that is to go on; imported by who asks for one. */
async function withStored(io: Io, options: ChatOptions): Promise<ChatOptions> {
  if (options.resume === undefined && options.continue !== true) return options;
  return (await import("./find_session.ts")).withStored(io, options);
}

/** Null; an exit code when a signal ended it. */
async function takeUp(
  io: Io,
  run: Run,
  { goOnWith, quiet = false }: ChatOptions,
): Promise<number | null> {
  if (goOnWith === undefined) return null;
  const { takeUpTasks } = await import("./take_up.ts");
  return await takeUpTasks(io, run, { quiet });
}

function withoutColour(io: Io): Io {
  return {
    ...io,
    onSignal: io.onSignal.bind(io),
    confirm: io.confirm.bind(io),
    askSecret: io.askSecret.bind(io),
    env: { ...io.env, NO_COLOR: "1" },
  };
}

/** The prompt of a one-shot with what is piped in; null for a chat. */
async function queryOf(io: Io, prompt: string | undefined, options: ChatOptions): Promise<string | null> {
  if (options.query !== undefined && prompt !== undefined) {
    throw new UserError(`Cannot take both a prompt ("${prompt}") and --query`, { exitCode: EXIT.usage });
  }
  const query = options.query ?? (prompt !== undefined && !io.stdin.isTerminal ? prompt : undefined);
  if (query === undefined) {
    if (options.json !== true) return null;
    throw new UserError("Cannot use --json in a chat: it prints one document", {
      exitCode: EXIT.usage,
      hint: "Use --jsonl, or -q for one answer",
    });
  }
  const text = query === "-" ? await readGiven(io, "the prompt") : query;
  if (text.trim() === "") throw new UserError("Cannot answer an empty prompt", { exitCode: EXIT.usage });
  if (query === "-" || options.stdin === false || !io.stdin.isPiped) return text;
  const { withPiped } = await import("./piped_input.ts");
  resolveModel(loadRunConfig(io, { quiet: true }), wishOf(options)); // nobody waits for the input of what cannot run
  return await withPiped(io, text, { quiet: options.quiet === true });
}
