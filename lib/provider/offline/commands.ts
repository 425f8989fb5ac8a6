import { TASK_ID } from "../../support/ids.ts";
import { splitAtSemicolons, splitAtThen, splitFirstWord, unquote } from "./quotes.ts";
import { shortened } from "../../support/cut_text.ts";

/** One command of the offline model. `source` is what was written. */
export type Step = StepBody & { readonly source: string };

type StepBody =
  | { readonly verb: "run"; readonly command: string }
  | { readonly verb: "read"; readonly path: string }
  | { readonly verb: "write"; readonly path: string; readonly content: string }
  | { readonly verb: "wait"; readonly seconds: number }
  | { readonly verb: "ask"; readonly question: string }
  | { readonly verb: "say"; readonly text: string }
  | { readonly verb: "delegate"; readonly goals: readonly string[]; readonly waits: boolean }
  | { readonly verb: "check" | "collect" | "cancel"; readonly ids: readonly string[] }
  | { readonly verb: "steer"; readonly id: string; readonly message: string }
  | { readonly verb: "list"; readonly all: boolean };

/** A text that is commands and nothing else, or why it is not. */
export type Parsed = { readonly steps: readonly Step[] } | { readonly fault: string };

/** What a verb makes of the text behind it: a step, or what it needs. */
type Reading = StepBody | { readonly needs: string };
interface Verb {
  readonly read: (text: string) => Reading;
  /** It takes all that follows, commands joined by `then` too. */
  readonly takesRest?: true;
}

/** The longest time of the contract: a week, in seconds. */
const MAX_SECONDS = 604_800;
/** How much of a text is repeated in a sentence about it. */
const LINE_CHARS = 60;

/** Verbs that end with a colon. */
const WORK: Readonly<Record<string, Verb>> = {
  "delegate and wait": { read: (text) => readGoals(text, true), takesRest: true },
  "delegate": { read: (text) => readGoals(text, false), takesRest: true },
  "run": { read: (text) => oneText(text, "a command", (command) => ({ verb: "run", command })) },
  "read": { read: (text) => oneText(text, "a path", (path) => ({ verb: "read", path })) },
  "write": { read: readWrite },
  "wait": { read: readWait },
  "ask": { read: (text) => oneText(text, "a question", (question) => ({ verb: "ask", question })) },
  "say": { read: (text) => text === "" ? { needs: "a text" } : { verb: "say", text: unquote(text) } },
};

/** Verbs about tasks, with a colon or without. */
const TASKS: Readonly<Record<string, Verb>> = {
  "check": { read: (text) => readIds(text, "check") },
  "collect": { read: (text) => text === "" ? { verb: "collect", ids: [] } : readIds(text, "collect") },
  "cancel": { read: (text) => readIds(text, "cancel") },
  "steer": { read: readSteer, takesRest: true },
  "list": { read: readList },
};

const WORK_HEAD = new RegExp(`^(${Object.keys(WORK).join("|").replaceAll(" ", "\\s+")})\\s*:\\s*`, "i");
const TASK_HEAD = new RegExp(`^(${Object.keys(TASKS).join("|")})(?:\\s*:\\s*|\\s+|$)`, "i");

/** Reads commands joined by `then`. One that is not understood makes a fault of the whole: nothing is half obeyed. */
export function parseCommands(text: string): Parsed {
  const whole = text.trim();
  const steps: Step[] = [];
  for (const piece of splitAtThen(whole)) {
    const head = headOf(piece.text);
    if (head === null) return { fault: `"${oneLine(piece.text)}" is none of my commands` };
    const source = head.verb.takesRest ? whole.slice(piece.start) : piece.text;
    const reading = head.verb.read(source.slice(head.length).trim());
    if ("needs" in reading) return { fault: `"${oneLine(source)}": ${head.name} needs ${reading.needs}` };
    steps.push({ ...reading, source });
    if (head.verb.takesRest) break;
  }
  return { steps };
}

/** A text on one line, cut when it is long. */
export function oneLine(text: string): string {
  return shortened(text.replaceAll(/\s+/g, " ").trim(), LINE_CHARS);
}

function headOf(
  text: string,
): { readonly name: string; readonly verb: Verb; readonly length: number } | null {
  const match = WORK_HEAD.exec(text) ?? TASK_HEAD.exec(text);
  if (match === null) return null;
  const name = (match[1] ?? "").toLowerCase().replaceAll(/\s+/g, " ");
  const verb = WORK[name] ?? TASKS[name];
  if (verb === undefined) return null;
  const isPlain = !match[0].includes(":");
  return isPlain && !isAboutTasks(name, text.slice(match[0].length))
    ? null
    : { name, verb, length: match[0].length };
}

/** Whether a sentence without a colon is a command: `check t7f3k9` is one, `check the logs` is not. */
function isAboutTasks(name: string, text: string): boolean {
  const words = wordsOf(text);
  if (name === "list") return words.length === 0 || text.trim().toLowerCase() === "all";
  if (name === "steer") return looksLikeId(words[0] ?? "");
  return words.length === 0 ? name === "collect" : words.every(looksLikeId);
}

/** A mistyped id should reach the tool, which names those that are known. */
function looksLikeId(word: string): boolean {
  return TASK_ID.test(word) || /^t[0-9a-z]*\d[0-9a-z]*$/i.test(word);
}

function readGoals(text: string, waits: boolean): Reading {
  const goals = splitAtSemicolons(text).map((piece) => unquote(piece.text)).filter((goal) =>
    goal.trim() !== ""
  );
  return goals.length === 0
    ? { needs: "a goal, several with ; between them" }
    : { verb: "delegate", goals, waits };
}

function oneText(text: string, needs: string, step: (text: string) => StepBody): Reading {
  const plain = unquote(text);
  return plain.trim() === "" ? { needs } : step(plain);
}

function readWrite(text: string): Reading {
  const first = splitFirstWord(text);
  if (first === null || first.word === "" || first.rest === "") {
    return { needs: 'a path and a text, "" for an empty one' };
  }
  return { verb: "write", path: first.word, content: unquote(first.rest) };
}

function readWait(text: string): Reading {
  const seconds = /^\d+(?:\.\d+)?\s*s?$|^\.\d+\s*s?$/.test(text) ? Number.parseFloat(text) : NaN;
  if (seconds <= MAX_SECONDS) return { verb: "wait", seconds };
  return { needs: `seconds from 0 to ${MAX_SECONDS}` };
}

function readIds(text: string, verb: "check" | "collect" | "cancel"): Reading {
  const ids = wordsOf(text);
  return ids.length === 0 ? { needs: "a task id" } : { verb, ids };
}

function readSteer(text: string): Reading {
  const first = splitFirstWord(text);
  const message = unquote(first?.rest ?? "");
  return first === null || message.trim() === ""
    ? { needs: "a task id and a message" }
    : { verb: "steer", id: first.word, message };
}

function readList(text: string): Reading {
  const word = text.toLowerCase();
  return word === "" || word === "all"
    ? { verb: "list", all: word === "all" }
    : { needs: "nothing, or the word all" };
}

function wordsOf(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "");
}
