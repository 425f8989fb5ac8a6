import type { SessionEvent } from "../../protocol/events.ts";
import { Channel } from "../../support/channel.ts";
import { type ApprovalRequest, approvalWords, verdictOf } from "../approval_words.ts";
import type { Io } from "../io.ts";
import type { Run } from "../open_run.ts";
import { oneLine } from "../render/text.ts";

type Question = Extract<SessionEvent, { type: "task.question" }>;

/** Whether a person is there to answer what the children of a delegation ask. */
export function hasPerson({ stdin, stderr }: Io): boolean {
  return stdin.isTerminal && stderr.isTerminal;
}

/** Answers what children ask: a person on the terminal does, one after the other; without one, nobody can. */
export function answerQuestions(io: Io, run: Run): Disposable {
  const { supervisor, events } = run.session;
  const isPerson = hasPerson(io);
  if (!isPerson) supervisor.approvals.close("all");
  const asked = new Channel<Question | ApprovalRequest>();
  const subscription = events.subscribe((event) => {
    if (event.type === "approval.requested" && isPerson) asked.push(event);
    if (event.type !== "task.question" || event.task_id === undefined) return;
    if (supervisor.table.get(event.task_id)?.spec.ownerId !== null) return; // its own parent is asked
    if (isPerson) asked.push(event);
    else supervisor.questions.refuse(event.task_id);
  });
  if (isPerson) void askPerson(io, run, asked);
  return {
    [Symbol.dispose]() {
      subscription[Symbol.dispose]();
      asked.close();
    },
  };
}

async function askPerson(io: Io, run: Run, asked: Channel<Question | ApprovalRequest>): Promise<void> {
  const lines = io.stdin.lines()[Symbol.asyncIterator]();
  const readLine = async () => (await lines.next()).value ?? null;
  for await (const event of asked) {
    using _quiet = run.board?.hold();
    if (event.type === "task.question") await answerQuestion(io, run, event, readLine);
    else await answerApproval(io, run, event, readLine);
  }
}

type ReadLine = () => Promise<string | null>;

async function answerQuestion(
  io: Io,
  { session, board }: Run,
  { task_id, question }: Question,
  readLine: ReadLine,
): Promise<void> {
  if (task_id === undefined) return;
  if (board === null) io.stderr.write(`${task_id} asks: ${oneLine(question)}\n`); // else it has said so
  io.stderr.write(`your answer to ${task_id}: `);
  const line = await readLine();
  if (line !== null) return void session.supervisor.questions.answer(task_id, line);
  io.stderr.write("\n"); // no key that ends the line was echoed
  session.supervisor.questions.refuse(task_id);
}

/** Asks until there is an answer, or somebody else gave one. */
async function answerApproval(
  io: Io,
  { session }: Run,
  request: ApprovalRequest,
  readLine: ReadLine,
): Promise<void> {
  const { approvals } = session.supervisor;
  const id = request.task_id ?? session.id;
  const waits = () =>
    approvals.open.some(({ taskId, what }) => taskId === request.task_id && what === request.what);
  while (waits()) {
    io.stderr.write(`${approvalWords(request, session)} `);
    const line = await readLine();
    if (line === null) return approvals.close("all"); // nothing can be entered any more
    const verdict = verdictOf(line.trim().toLowerCase());
    if (verdict !== undefined && waits()) session.answerApproval(id, verdict);
  }
}
