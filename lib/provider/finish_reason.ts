import { answerFailure, type Complaint } from "./answer_fold.ts";
import { ProviderError } from "../support/errors.ts";
import { shortened } from "../support/cut_text.ts";
import type { FinishReason } from "./provider.ts";

/** What an answer holds beside its text's length. */
export interface AnswerBody {
  readonly calls: number;
  readonly text: string;
}

/** What a reason says: an end, or why the answer is of no use. */
type Word = FinishReason | "malformed" | "broken" | "full";

/** The words of servers for an end in good order, in lower case. */
const STOPS: ReadonlySet<string> = new Set(
  "stop stop_sequence eos eos_token end end_turn end_of_turn complete completed success".split(" "),
);
/** The words that servers make their reasons of, in lower case; the first that fits counts. */
const WORDS: readonly (readonly [RegExp, Word])[] = [
  [/malformed|unexpected_tool|invalid_tool/, "malformed"],
  [
    /filter|safety|recitation|refus|sensitive|prohibit|block|spii|violat|moderat|guard|policy|unsafe|toxic|language/,
    "content_filter",
  ],
  [/context_(window|length|size|limit)|max_context|model_(max_)?len(gth)?/, "full"],
  [
    /error|fail|abort|cancel|interrupt|time_?out|overload|unavailable|insufficient|network|in_progress|queued/,
    "broken",
  ],
  [/pause/, "pause"],
  [/length|max|limit|truncat|exceed|incomplete|context|budget/, "length"],
  [/tool|function/, "tool_calls"],
];

/** Whether a server's reason is one that leaves nothing open, so that nothing of the answer can follow it. */
export function isKnownReason(reason: string): boolean {
  return wordOf(reason) !== null;
}

/** The reason to believe of two that came one after the other: none in good order undoes one that is not. */
export function laterReason(before: string, reason: string): string {
  return reason === "" || (isGood(reason) && !isGood(before)) ? before : reason;
}

function isGood(reason: string): boolean {
  const word = wordOf(reason);
  return word === null || word === "stop" || word === "tool_calls";
}

/**
 * Why an answer ended, by the server's word for it; "" is an end without one. An answer in good order is one whatever the
 * word, unless that speaks of a cut. Throws {@linkcode ProviderError}: `malformed` for what belies the answer, `cut` where the server
 * broke off, `context_length` where the conversation left no room for it.
 */
export function finishOf(reason: string, { calls, text }: AnswerBody, complain: Complaint): FinishReason {
  const quoted = `"${shortened(reason, 60)}"`;
  const word = reason === "" ? "stop" : wordOf(reason);
  if (word === "malformed") throw answerFailure("malformed", complain(`it ended for the reason ${quoted}`));
  const isVoid = calls === 0 && text.trim() === "";
  if (word === "broken" || (word === "pause" && isVoid)) {
    throw answerFailure("cut", complain(`the server broke off for the reason ${quoted}`));
  }
  if (word === "full") {
    const message = complain(`the context window of the model was full in the middle of it (${quoted})`);
    throw new ProviderError("context_length", message, { retryable: false });
  }
  // Taking the text of an answer of which the calls were lost for the final one would be a false success.
  if (word === "tool_calls" && calls === 0) {
    throw answerFailure("malformed", complain("it ended with tool calls but has none"));
  }
  if (word === "length" || word === "content_filter") return word;
  if (calls > 0) return "tool_calls";
  if (word === "pause") return word;
  if (word === null && isVoid) {
    throw answerFailure("malformed", complain(`it ended for the unknown reason ${quoted}`));
  }
  return "stop";
}

function wordOf(reason: string): Word | null {
  if (STOPS.has(reason)) return "stop"; // before any pattern is compiled, as this is how nearly all end
  if (reason === "tool_calls") return reason;
  const name = reason.trim().toLowerCase().replaceAll(/[\s-]+/g, "_");
  if (STOPS.has(name)) return "stop";
  return WORDS.find(([words]) => words.test(name))?.[1] ?? null;
}
