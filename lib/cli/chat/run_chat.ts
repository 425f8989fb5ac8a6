import { UserError } from "../../support/errors.ts";
import { EXIT } from "../exit_codes.ts";
import type { Io } from "../io.ts";
import { openRun, type RunOptions } from "../open_run.ts";
import { hintUnread } from "../unread_stdin.ts";
import { orOffline } from "./offer_offline.ts";
import { PromptScreen } from "./prompt_screen.ts";

/** The options of `hermes chat`. */
export interface ChatOptions extends RunOptions {
  readonly query?: string | undefined;
  readonly maxTurns?: number | undefined;
  readonly plain?: true | undefined;
}

/** Model requests for one message, unless it was said. The Python original's figure. */
const MAX_TURNS = 90;

/** Runs a chat in the way that the command line and the terminal ask for; returns the exit code. */
export async function runChat(io: Io, prompt: string | undefined, options: ChatOptions): Promise<number> {
  const query = await queryOf(io, prompt, options);
  const maxTurns = options.maxTurns ?? MAX_TURNS;
  if (query !== null) {
    hintUnread(io, { quiet: options.quiet === true || options.query === "-", way: "hermes chat -q -" });
    const { answerOnce } = await import("./one_shot.ts");
    await using run = await openRun(io, { ...options, linesOnly: options.plain });
    return await answerOnce(io, run, query, { ...options, maxTurns });
  }
  const { chatByLine } = await import("./line_chat.ts");
  const screen = new PromptScreen(options.plain === true ? withoutColour(io) : io);
  await using run = await orOffline(
    io,
    ({ offline }) =>
      openRun(screen.io, { ...options, linesOnly: true, offline: offline || options.offline === true }),
  );
  return await chatByLine(screen, run, { first: prompt ?? null, jsonl: options.jsonl === true, maxTurns });
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

/** The prompt of a one-shot; null for a chat. Nothing is read from stdin unless it was asked for. */
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
  const text = query === "-" ? await io.stdin.readAll() : query;
  if (text.trim() !== "") return text;
  throw new UserError("Cannot answer an empty prompt", { exitCode: EXIT.usage });
}
