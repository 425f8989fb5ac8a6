import type { Dialect } from "../protocol/dialect.ts";
import type { Carried } from "../protocol/conversation.ts";
import type { AnswerFold } from "./answer_fold.ts";
import type { Lease, ModelRequest } from "./provider.ts";

/** What the body of a request depends on beside the request. */
export interface WireTarget extends Pick<Lease, "provider" | "model" | "reasoningEffort" | "outputLimit"> {
  readonly dialect: Dialect;
  /** What requests have in common that should be kept together; null: nothing is said of it. */
  readonly cacheKey: string | null;
  /** Whether the server gets back what it put into a message. */
  readonly carries: (carried: Carried) => boolean;
}

/** How a model is asked: where, with what, and how its answer is read. */
export interface Wire {
  /** After the base URL. */
  readonly path: string;
  /** The headers that carry the key. */
  authorization(key: string): Readonly<Record<string, string>>;
  body(request: ModelRequest, target: WireTarget): Record<string, unknown>;
  /** For an answer to the request of this lease. */
  fold(lease: Pick<Lease, "provider" | "model" | "account">): AnswerFold;
}

/** The key as most servers take it. */
export function bearer(key: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${key}` };
}

/** The fields that the server has not refused. */
export function unrefused(
  fields: Readonly<Record<string, unknown>>,
  { refused }: Dialect,
): Record<string, unknown> {
  if (refused.length === 0) return fields;
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !refused.includes(name)));
}
