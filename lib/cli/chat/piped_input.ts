import { fence } from "../../delegation/brief.ts";
import { systemClock } from "../../support/clock.ts";
import { UserError } from "../../support/errors.ts";
import { EXIT } from "../exit_codes.ts";
import type { Io } from "../io.ts";
import { MOST_CHARS, tellingEncoding, TOO_LONG } from "../read_given.ts";

/** How long it may be silent before a person is told what is waited for. */
const SILENCE_MS = 2_000;

/**
 * A prompt with what a pipe or a file gives on standard input under it, fenced and named; the prompt alone where there is
 * no such input, or nothing in it. Throws a {@linkcode UserError} 2 for what is no text or too much.
 */
export async function withPiped(
  io: Pick<Io, "stdin" | "stderr">,
  prompt: string,
  { quiet }: { readonly quiet: boolean },
): Promise<string> {
  if (!io.stdin.isPiped) return prompt;
  const text = await readPiped(io, quiet);
  if (text.trim() === "") return prompt;
  if (text.length > MOST_CHARS) throw unfit(TOO_LONG);
  if (text.includes("\0")) throw unfit("it is no text");
  return `${prompt}\n\nThe user piped this in:\n${fence("stdin", {}, text.trimEnd())}`;
}

/** What a pipeline or a file gives has an end; none is awaited of what stays silent in the hand of who started this. */
async function readPiped(io: Pick<Io, "stdin" | "stderr">, quiet: boolean): Promise<string> {
  const { stdin, stderr } = io;
  const silence = Promise.withResolvers<string>();
  using timer = systemClock.after(SILENCE_MS, () => {
    const isHeld = stdin.isHeld();
    const what = isHeld ? "is silent, and not waited for" : "is read to its end (-n: not at all)";
    if (!quiet) stderr.write(`hermes: the piped input ${what}\n`);
    if (isHeld) silence.resolve("");
  });
  return await Promise.race([
    stdin.readAll({
      most: MOST_CHARS,
      onPiece: () => timer[Symbol.dispose](),
      onEncoding: tellingEncoding(io, "the piped input"),
    }),
    silence.promise,
  ]);
}

function unfit(state: string): UserError {
  return new UserError(`Cannot put standard input under the prompt: ${state}`, {
    hint: "Leave it out with -n, or name the file in the prompt",
    exitCode: EXIT.usage,
  });
}
