import type { AnswerFold } from "./answer_fold.ts";
import { ChatFold } from "./fold_chat.ts";
import { ResponsesFold } from "./fold_responses.ts";
import type { Lease, ModelRequest } from "./provider.ts";
import { chatBody } from "./wire_chat.ts";
import { responsesBody } from "./wire_responses.ts";

/** What of a lease stands in the body of a request. */
export type WireTarget = Pick<
  Lease,
  "provider" | "model" | "reasoningEffort" | "outputLimit" | "outputLimitField"
>;

/** How a model is asked: where, with what, and how its answer is read. */
export interface Wire {
  /** After the base URL. */
  readonly path: string;
  body(request: ModelRequest, target: WireTarget): Record<string, unknown>;
  /** For the answer of this model. */
  fold(target: Pick<Lease, "provider" | "model">): AnswerFold;
}

/** The wires by the name that config.yaml has for them. */
export const WIRES: Readonly<Record<Lease["api"], Wire>> = {
  chat: { path: "chat/completions", body: chatBody, fold: () => new ChatFold() },
  responses: { path: "responses", body: responsesBody, fold: (target) => new ResponsesFold(target) },
};
