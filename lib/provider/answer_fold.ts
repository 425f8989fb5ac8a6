import type { TokenUsage } from "../protocol/conversation.ts";
import { ProviderError } from "../support/errors.ts";
import type { Thought } from "./leading_thought.ts";
import type { ModelEvent, ModelReply } from "./provider.ts";

/** Puts a state into the sentence that says whose answer it is about. */
export type Complaint = (state: string) => string;

/** Call ids that the conversation has used, and how another one is made. */
export interface CallIds {
  readonly taken: ReadonlySet<string>;
  readonly newId: () => string;
}

/** Folds the chunks of one answer, however it was cut into chunks, into one reply. */
export interface AnswerFold {
  /** The server said how the answer ended, in words that leave nothing open; at most usage may follow. */
  readonly isFinished: boolean;
  /** What the server says the request failed with, in its own terms; null: it has not. */
  readonly failure: unknown;
  /** The usage reported so far, the same object until more is. */
  readonly usage: TokenUsage | null;
  /** US dollars, as the server reported them with its usage; null when it did not. */
  readonly costUsd: number | null;
  /** Characters of text, reasoning and arguments so far. */
  readonly chars: number;
  /** How many calls, blocks or items have begun. */
  readonly parts: number;
  /** Adds a chunk as it was parsed and returns what of it the user may see; what nobody knows is skipped. */
  add(chunk: unknown): readonly ModelEvent[];
  /** The server said that the answer is complete, if it was one; returns what of it was held back. */
  close(): readonly ModelEvent[];
  /**
   * The complete answer. Throws {@linkcode ProviderError}: `cut` when the server did not say how it ended, `malformed`
   * when what it said is unknown or belies the answer.
   */
  end(complain: Complaint, ids: CallIds): ModelReply;
}

/** The error for an answer that cannot be used; another try may bring a better one. */
export function answerFailure(code: "cut" | "malformed", message: string): ProviderError {
  return new ProviderError(code, message, { retryable: true });
}

/** What a piece of an answer is to the user: its reasoning, then its text; nothing of what is empty. */
export function seenEvents({ reasoning, text }: Thought): readonly ModelEvent[] {
  const events: ModelEvent[] = [];
  if (reasoning !== "") events.push({ type: "reasoning", delta: reasoning });
  if (text !== "") events.push({ type: "text", delta: text });
  return events;
}

/** No model writes this much (8 million tokens); a server that does is broken. Characters. */
const MAX_ANSWER_CHARS = 32_000_000;
/** The same of its parts, of which each is looked for among those before it. */
const MAX_ANSWER_PARTS = 10_000;

/** More came than any model writes. */
export function isTooLong({ chars, parts }: Pick<AnswerFold, "chars" | "parts">): boolean {
  return chars > MAX_ANSWER_CHARS || parts > MAX_ANSWER_PARTS;
}
