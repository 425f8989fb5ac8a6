import type { LoopEnd } from "../../protocol/agent_events.ts";
import type { WireError } from "../../support/errors.ts";
import { drain } from "../../session/drain.ts";
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
  readonly json?: boolean | undefined;
  readonly jsonl?: boolean | undefined;
}

/** Answers a prompt and goes on until no task is left; stdout gets the last turn's text. Returns the exit code. */
export async function answerOnce(io: Io, run: Run, prompt: string, options: OneShotOptions): Promise<number> {
  const { session } = run;
  using ending = new Ending(io);
  session.supervisor.approvals.close("all");
  using last = new LastText(session.events);
  const agent = await session.createAgent({ maxTurns: options.maxTurns, noticesBetweenTurns: false });
  ending.signal.addEventListener("abort", () => agent.stop(), { once: true });
  let end = await agent.answer(prompt);
  if (end.type === "final") end = await drained(run, agent, ending.signal) ?? end;
  if (ending.exitCode !== null) {
    if (isHardEnd(ending.exitCode)) await interruptTasks(io, run);
    return ending.exitCode;
  }
  return tell(io, run, end, last, options);
}

type Agent = Awaited<ReturnType<Run["session"]["createAgent"]>>;

async function drained({ session }: Run, agent: Agent, signal: AbortSignal): Promise<LoopEnd | null> {
  try {
    return await drain(session.supervisor, agent, signal);
  } catch (error) {
    if (signal.aborted) return { type: "aborted" };
    throw error;
  }
}

function tell(
  io: Io,
  { session }: Run,
  end: LoopEnd,
  { text, model }: LastText,
  options: OneShotOptions,
): number {
  const ended = exitOfEnd(end);
  const isUnfinished = session.supervisor.table.childrenOf(null).some((record) => !record.isFinal);
  const code = ended === EXIT.done && isUnfinished ? EXIT.failed : ended;
  const error = code === EXIT.done ? null : errorOfEnd(end);
  session.events.emit({ type: "session.ended", exit_code: code });
  if (options.json === true) {
    io.stdout.write(jsonLine(document(session, { text, model, error }), io.stdout));
  } else if (options.jsonl !== true && end.type !== "failed") io.stdout.write(plainText(asLines(text)));
  if (error !== null) {
    const partial = end.type === "failed" ? plainText(asLines(text)) : "";
    io.stderr.write(errorText(error) + partial);
  }
  return code;
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
