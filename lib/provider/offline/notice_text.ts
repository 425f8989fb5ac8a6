/** An ended task or a question, as the program fences it in a user message. */
const NOTICE = /<(task_result|task_question)((?: [a-z_]+="[^"]*")*)>\n([\s\S]*?)\n<\/\1>/g;
/** Said of a question that was told of before. */
const REMINDER = /^Task (t\w{5}) still waits for an answer/gm;
/** A notice repeats the goal on its first line. */
const GOAL_LINE = /^goal: .*(?:\n|$)/;

/** A message with notices in plain words; null when there is none in it. */
export function readNotice(message: string): string | null {
  const told = [...message.matchAll(NOTICE)].map(([, tag, attributes = "", body = ""]) =>
    tag === "task_question" ? questionText(idOf(attributes), body) : resultText(attributes, body)
  );
  const reminded = [...message.matchAll(REMINDER)].map(([, id = ""]) =>
    `${id} still waits\nAnswer with: steer ${id} ANSWER`
  );
  const all = [...told, ...reminded];
  return all.length === 0 ? null : all.join("\n");
}

/** A child's question, and how it is answered. */
export function questionText(id: string, question: string): string {
  return `${id} asks: ${question}\nAnswer with: steer ${id} ANSWER`;
}

/** How a task stands, with the reason where it tells more than the status. */
export function endText(id: string, status: string | undefined, reason: string | null | undefined): string {
  const why = reason === undefined || reason === null || reason === "" || reason === "finished"
    ? ""
    : ` (${reason})`;
  return `${id} ${status}${why}`;
}

function resultText(attributes: string, body: string): string {
  const end = endText(idOf(attributes), attribute(attributes, "status"), attribute(attributes, "reason"));
  return `${end}:\n${body.replace(GOAL_LINE, "")}`;
}

function idOf(attributes: string): string {
  return attribute(attributes, "id");
}

function attribute(attributes: string, name: string): string {
  const [, value = ""] = new RegExp(` ${name}="([^"]*)"`).exec(attributes) ?? [];
  return value.replaceAll("&quot;", '"');
}
