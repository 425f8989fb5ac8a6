import type { SessionEvent } from "../../protocol/events.ts";
import { Channel } from "../../support/channel.ts";
import type { Io } from "../io.ts";
import type { Run } from "../open_run.ts";
import { oneLine } from "../render/text.ts";

type Question = Extract<SessionEvent, { type: "task.question" }>;

/** Answers the children's questions: a person on the terminal does, one after the other; without one, nobody can. */
export function answerQuestions(io: Io, run: Run): Disposable {
  const { supervisor, events } = run.session;
  const hasPerson = io.stdin.isTerminal && io.stderr.isTerminal;
  const asked = new Channel<Question>();
  const subscription = events.subscribe((event) => {
    if (event.type !== "task.question" || event.task_id === undefined) return;
    if (supervisor.table.get(event.task_id)?.spec.ownerId !== null) return; // its own parent is asked
    if (hasPerson) asked.push(event);
    else supervisor.questions.refuse(event.task_id);
  });
  if (hasPerson) void askPerson(io, run, asked);
  return {
    [Symbol.dispose]() {
      subscription[Symbol.dispose]();
      asked.close();
    },
  };
}

async function askPerson(io: Io, { session, board }: Run, asked: Channel<Question>): Promise<void> {
  const lines = io.stdin.lines()[Symbol.asyncIterator]();
  for await (const { task_id, question } of asked) {
    if (task_id === undefined) continue;
    using _quiet = board?.hold();
    if (board === null) io.stderr.write(`${task_id} asks: ${oneLine(question)}\n`); // else it has said so
    io.stderr.write(`your answer to ${task_id}: `);
    const line = await lines.next();
    if (line.done === true) {
      io.stderr.write("\n"); // no key that ends the line was echoed
      session.supervisor.questions.refuse(task_id);
    } else session.supervisor.questions.answer(task_id, line.value);
  }
}
