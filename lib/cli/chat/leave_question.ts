import { LineQuestion } from "./line_question.ts";

/** What becomes of the tasks of a chat that a person leaves. */
export type Leaving = "move" | "cancel" | "stay";

/** Asks the person what becomes of the tasks that run. */
export function leaveQuestion(say: (text: string) => void): LineQuestion<Leaving> {
  return new LineQuestion({ say, read: leavingOf, again: "Answer with m, c or s", closed: "cancel" });
}

/** The question itself. */
export function leaveWords(tasks: number): string {
  const they = tasks === 1 ? "1 task runs. Move it" : `${tasks} tasks run. Move them`;
  return `${they} to the background and leave (m), cancel and leave (c), or stay (s)?`;
}

function leavingOf(line: string): Leaving | undefined {
  return (["move", "cancel", "stay"] as const).find((choice) => choice === line || choice.charAt(0) === line);
}
