import type { LoopEnd } from "../../protocol/agent_events.ts";
import type { WireError } from "../../support/errors.ts";
import { drain } from "../../session/drain.ts";
import type { ParentAgent } from "../../session/parent_agent.ts";
import { EXIT } from "../exit_codes.ts";
import { errorOfEnd, exitOfEnd } from "../exit_of_end.ts";
import type { Io } from "../io.ts";
import { interruptTasks, isHardEnd } from "../leave.ts";
import type { Run } from "../open_run.ts";
import { errorText } from "../render/error_text.ts";
import { jsonLine } from "../render/json.ts";
import { plainText } from "../render/text.ts";
import { Ending } from "../signals.ts";
import { LastText } from "./last_text.ts";

/** How one answer is given. */
export interface OneShotOptions {
  readonly maxTurns: number;
  /** The session was there before: what waits to be delivered comes with the prompt, and each answer is told. */
  readonly goesOn?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly jsonl?: boolean | undefined;
}

/**
 * Answers a prompt and goes on until no task is left; stdout gets the last turn's text, of a session that goes on each
 * answer as it comes. Returns the exit code.
 */
export async function answerOnce(io: Io, run: Run, prompt: string, options: OneShotOptions): Promise<number> {
  const { session } = run;
  using ending = new Ending(io);
  session.supervisor.approvals.close("all");
  using last = new LastText(session.events);
  const agent = await session.createAgent({ maxTurns: options.maxTurns, noticesBetweenTurns: false });
  ending.signal.addEventListener("abort", () => agent.stop(), { once: true });
  const waiting = options.goesOn === true ? session.supervisor.mail.takeNotice(null) : null;
  if (waiting !== null) agent.interject(waiting);
  const answers: string[] = [];
  const answering = {
    async answer(message: string) {
      const end = await agent.answer(message);
      answers.push(last.text);
      if (options.goesOn === true && end.type !== "failed") print(io, run, last.text, options);
      return end;
    },
  };
  let end = await answering.answer(prompt);
  if (end.type === "final") end = await drained(run, answering, ending.signal) ?? end;
  if (ending.exitCode !== null) {
    if (isHardEnd(ending.exitCode)) await interruptTasks(io, run);
    if (ending.exitCode !== EXIT.brokenPipe) tellStopped(io, run, last.text);
    return ending.exitCode;
  }
  return tell(io, run, { end, last, answers }, options);
}

/** What had come, and how it can go on. */
function tellStopped({ stderr }: Io, { session, board }: Run, text: string): void {
  const said = plainText(asLines(text));
  const write = () => stderr.write(`${said}hermes: stopped; it goes on with: hermes chat -r ${session.id}\n`);
  if (board === null) write();
  else board.around(write);
}

async function drained(
  { session }: Run,
  agent: Pick<ParentAgent, "answer">,
  signal: AbortSignal,
): Promise<LoopEnd | null> {
  try {
    return await drain(session.supervisor, agent, signal);
  } catch (error) {
    if (signal.aborted) return { type: "aborted" };
    throw error;
  }
}

/** What an answer came to. */
interface Answered {
  readonly end: LoopEnd;
  readonly last: LastText;
  /** What was said, in order; of a session that goes on it is printed. */
  readonly answers: readonly string[];
}

function tell(io: Io, run: Run, { end, last, answers }: Answered, options: OneShotOptions): number {
  const { session } = run;
  const { text, model } = last;
  const ended = exitOfEnd(end);
  const isUnfinished = session.supervisor.table.childrenOf(null).some((record) => !record.isFinal);
  const code = ended === EXIT.done && isUnfinished ? EXIT.failed : ended;
  const error = code === EXIT.done ? null : errorOfEnd(end);
  session.events.emit({ type: "session.ended", exit_code: code });
  if (options.json === true) {
    const said = answers.map((answer) => answer.trimEnd()).filter((answer) => answer !== "");
    const whole = options.goesOn === true && said.length > 1 ? said.join("\n\n") : text;
    io.stdout.write(jsonLine(document(session, { text: whole, model, error }), io.stdout));
  } else if (options.goesOn !== true && end.type !== "failed") print(io, run, text, options);
  if (error !== null) {
    const partial = end.type === "failed" ? plainText(asLines(text)) : "";
    io.stderr.write(errorText(error) + partial);
  }
  return code;
}

/** Prints an answer where people read it. */
function print(io: Io, { board }: Run, text: string, { json, jsonl }: OneShotOptions): void {
  if (json === true || jsonl === true) return;
  const write = () => io.stdout.write(plainText(asLines(text)));
  if (board === null) write();
  else board.around(write);
}

/** Empty, or with a line end. */
function asLines(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

function document(
  { id, supervisor }: Run["session"],
  { text, model, error }: Pick<LastText, "text" | "model"> & { readonly error: WireError | null },
): object {
  const answered = model ?? supervisor.ground.model;
  return {
    session_id: id,
    text,
    model: answered.model,
    provider: answered.provider,
    tasks: supervisor.table.seenBy(null).map((record) => supervisor.view(record)),
    ...(error === null ? {} : { error }),
  };
}
