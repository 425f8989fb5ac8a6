import type { Verdict } from "../../delegation/grants.ts";
import type { LoopEnd } from "../../protocol/agent_events.ts";
import { drain } from "../../session/drain.ts";
import type { ParentAgent } from "../../session/parent_agent.ts";
import { isImmediate, isSlash } from "../../session/slash.ts";
import { Channel } from "../../support/channel.ts";
import { EXIT } from "../exit_codes.ts";
import { errorOfEnd, exitOfEnd } from "../exit_of_end.ts";
import type { Io } from "../io.ts";
import { isHardEnd, liveTasks, moveTasks } from "../leave.ts";
import type { Run } from "../open_run.ts";
import { errorText } from "../render/error_text.ts";
import { Ending } from "../signals.ts";
import { approvalQuestion, askApprovals } from "./ask_approvals.ts";
import { capQuestion, capWords } from "./cap_question.ts";
import { leaveQuestion, leaveWords, type Leaving } from "./leave_question.ts";
import type { LineQuestion } from "./line_question.ts";
import { LineWriter } from "./line_writer.ts";
import { OwnResults } from "./own_results.ts";
import type { PromptScreen } from "./prompt_screen.ts";
import { runSlash } from "./run_slash.ts";

/** How a chat goes. */
export interface LineChatOptions {
  /** Said before the first line is read. */
  readonly first: string | null;
  readonly jsonl: boolean;
  readonly maxTurns: number;
}

type Next = { readonly type: "line"; readonly line: string } | { readonly type: "news" } | {
  readonly type: "end";
};

/** Talks line by line, on a terminal or on a pipe; returns the exit code. */
export async function chatByLine(screen: PromptScreen, run: Run, options: LineChatOptions): Promise<number> {
  const { session } = run;
  const { io } = screen;
  const agent = await session.createAgent({ maxTurns: options.maxTurns, noticesBetweenTurns: true });
  using ending = new Ending(io, ["SIGINT"]);
  using _interrupt = io.onSignal("SIGINT", () => interrupt(chat));
  ending.signal.addEventListener("abort", () => agent.stop(), { once: true });
  using writer = new LineWriter(session.events, (text) => write(io, run, options.jsonl ? "" : text));
  await using own = new OwnResults(session, (text) => write(io, run, options.jsonl ? "" : text));
  const say = (text: string) => around(run, () => askLine(screen, text));
  const questions = { cap: capQuestion(say), leave: leaveQuestion(say), approval: approvalQuestion(say) };
  const isPerson = io.stdin.isTerminal && io.stdout.isTerminal && !options.jsonl;
  const chat: Chat = { io, screen, run, agent, ending, writer, own, questions, isPerson, options };
  using _cap = isPerson
    ? session.supervisor.ground.broker.askAtCap((cap, signal) => questions.cap.ask(capWords(cap), signal))
    : null;
  using _approvals = isPerson ? askApprovals(session, questions.approval) : null;
  if (!isPerson) session.supervisor.approvals.close("agent"); // its turn would wait for a line behind it
  const last = await talk(chat, readLines(chat));
  screen.hide();
  if (isHardEnd(ending.exitCode)) await moveTasks(io, run);
  if (ending.exitCode !== null) return ending.exitCode;
  const code = last === null ? EXIT.done : exitOfEnd(last);
  const isUnfinished = session.supervisor.table.childrenOf(null).some((record) => !record.isFinal);
  const exitCode = code === EXIT.done && isUnfinished ? EXIT.failed : code;
  session.events.emit({ type: "session.ended", exit_code: exitCode });
  return exitCode;
}

/** What the parts of one chat share. */
interface Chat {
  readonly io: Io;
  readonly screen: PromptScreen;
  readonly run: Run;
  readonly agent: ParentAgent;
  readonly ending: Ending;
  readonly writer: LineWriter;
  readonly own: OwnResults;
  readonly questions: {
    readonly cap: LineQuestion<number | null>;
    readonly leave: LineQuestion<Leaving>;
    readonly approval: LineQuestion<Verdict>;
  };
  /** Somebody reads and answers. */
  readonly isPerson: boolean;
  readonly options: LineChatOptions;
}

/** Stops the turn that runs. With none, a person says what becomes of the tasks; asked already, the chat just ends. */
function interrupt(chat: Chat): void {
  const { io, agent, ending, questions } = chat;
  if (io.stdin.isTerminal) io.stderr.write("\n"); // the terminal has echoed the key
  if (agent.isBusy || agent.isCompacting) return agent.stop();
  if (questions.leave.isOpen) return ending.end(EXIT.interrupted);
  void mayLeave(chat).then((leaves) => leaves && ending.end(EXIT.interrupted)); // it never rejects
}

/** Sees to the tasks that run as the person says; whether the chat is to end. */
async function mayLeave({ io, run, questions, screen, isPerson }: Chat): Promise<boolean> {
  const { length } = liveTasks(run);
  if (!isPerson || length === 0) return true;
  const choice = await questions.leave.ask(leaveWords(length));
  if (choice === "move") await moveTasks(io, run);
  if (choice === "stay") screen.show();
  return choice !== "stay";
}

/** Takes one thing after the other until the lines end; returns how the last turn ended. */
async function talk(chat: Chat, lines: Lines): Promise<LoopEnd | null> {
  const { agent, ending, run } = chat;
  let last: LoopEnd | null = null;
  if (chat.options.first !== null) last = await turn(chat, chat.options.first);
  for (;;) {
    chat.screen.show();
    const next = await lines.next();
    if (ending.signal.aborted) return last;
    if (next.type === "end") break;
    if (next.type === "news") last = await turn(chat, "");
    else if (!isSlash(next.line)) last = await turn(chat, next.line);
    else if (await slash(chat, next.line) && await mayLeave(chat)) return last;
  }
  run.session.supervisor.approvals.close("all");
  sayWhatIsAwaited(chat);
  const drained = await drain(run.session.supervisor, agent, ending.signal).catch((error) => {
    if (ending.signal.aborted) return null;
    throw error;
  });
  chat.writer.flush();
  if (drained !== null) complain(chat, drained);
  return drained ?? last;
}

/** Nothing can be entered any more: a person would take the silence for a hang. */
function sayWhatIsAwaited({ io, run }: Chat): void {
  const { length } = liveTasks(run);
  if (!io.stdin.isTerminal || length === 0) return;
  const tasks = length === 1 ? "1 task" : `${length} tasks`;
  around(run, () => io.stderr.write(`hermes: waiting for ${tasks} to end; Ctrl-C cancels and leaves\n`));
}

async function turn(chat: Chat, message: string): Promise<LoopEnd> {
  chat.screen.hide();
  const end = await chat.agent.answer(message);
  chat.writer.flush();
  complain(chat, end);
  return end;
}

function complain(chat: Chat, end: LoopEnd): void {
  const { io, run } = chat;
  const words = wordsOfEnd(chat, end);
  if (words === null) return;
  around(run, () => io.stderr.write(errorText({ message: words })));
}

/** What a person is told of an end; null where the answer says it all. */
function wordsOfEnd({ run, ending }: Chat, end: LoopEnd): string | null {
  const error = errorOfEnd(end);
  if (error !== null) return error.hint === undefined ? error.message : `${error.message}\n${error.hint}`;
  if (end.type !== "aborted" || ending.signal.aborted) return null;
  const live = run.session.supervisor.table.childrenOf(null).filter((record) => !record.isFinal).length;
  if (live === 0) return "stopped";
  return `stopped; ${live} ${live === 1 ? "task goes" : "tasks go"} on (/list, /cancel ID)`;
}

/** Whether the chat is to end. */
function slash({ io, run, agent, ending, own, options }: Chat, line: string): Promise<boolean> {
  const onDelegated = (taskId: string) => own.add(taskId);
  return runSlash(line, { io, run, agent, signal: ending.signal, onDelegated, jsonl: options.jsonl });
}

function write(io: Io, run: Run, text: string): void {
  if (text !== "") around(run, () => io.stdout.write(text));
}

/** Writes without mixing with what is updated in place. */
function around({ board }: Run, act: () => void): void {
  if (board === null) act();
  else board.around(act);
}

/** Asks something in the middle of a turn, with the prompt under it for the answer. */
function askLine(screen: PromptScreen, text: string): void {
  screen.io.stderr.write(text);
  screen.show();
}

/** What comes next: a line that waits its turn, news of a task while the chat is idle, or the end of both. */
interface Lines {
  next(): Promise<Next>;
}

/** Reads ahead of the turn that runs: on a terminal a message is heard between two requests of the turn. */
function readLines(chat: Chat): Lines {
  const { io, screen, agent, ending, run } = chat;
  const { supervisor } = run.session;
  const { cap, leave, approval } = chat.questions;
  const { isTerminal: isPerson } = io.stdin;
  const waiting = new Channel<Next>();
  const iterator = waiting[Symbol.asyncIterator]();
  let pending: Promise<Next> | null = null;
  void (async () => {
    for (let line = await screen.readLine(); line !== null; line = await screen.readLine()) {
      if (line.trim() === "" || cap.take(line) || leave.take(line) || approval.take(line)) continue;
      if (isSlash(line) && isImmediate(line, { isPerson })) {
        void slash(chat, line).then(() => agent.isBusy || screen.show());
      } else if (isPerson && agent.isBusy && !isSlash(line)) agent.interject(line);
      else waiting.push({ type: "line", line });
    }
  })().finally(() => {
    cap.close();
    leave.close();
    approval.close();
    waiting.close();
  });
  const nextLine = async (): Promise<Next> => (await iterator.next()).value ?? { type: "end" };
  const ended = new Promise<Next>((resolve) =>
    ending.signal.addEventListener("abort", () => resolve({ type: "end" }), { once: true })
  );
  return {
    async next() {
      pending ??= nextLine();
      const idle = new AbortController();
      const news = supervisor.ground.config.delegation.wake_parent ? nextNews(supervisor, idle.signal) : null;
      const next = await Promise.race([pending, ended, ...(news === null ? [] : [news])]);
      idle.abort();
      if (next.type === "line") pending = null;
      return next;
    },
  };
}

/** Resolves when the parent has something to hear of; never after the signal has aborted. */
async function nextNews(supervisor: Run["session"]["supervisor"], signal: AbortSignal): Promise<Next> {
  const look = () => supervisor.mail.hasNews(null) ? "ready" as const : null;
  try {
    while (look() === null) await supervisor.waits.until({ owner: null, look, timeoutMs: null, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    return await new Promise<Next>(() => {}); // nobody waits for it any more
  }
  return { type: "news" };
}
