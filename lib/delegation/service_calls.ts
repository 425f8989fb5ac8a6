import type { ConversationUpdate } from "../protocol/conversation.ts";
import type { ClosingOffer, ClosingReply } from "../protocol/worker_messages.ts";
import type { Lease, LeaseAsk, RequestOutcome } from "../provider/provider.ts";
import type { Action } from "../tools/approval/risk.ts";
import type { ShellCommand, ShellResult } from "../tools/tool.ts";

/** What a child may ask of the parent, and what comes back. */
export interface ServiceCalls {
  acquire(ask: LeaseAsk): Lease;
  pull(args: { readonly turn: number }): readonly string[];
  close(offer: ClosingOffer): ClosingReply;
  shell(command: ShellCommand): ShellResult;
  /** For what is not run by the parent itself; a command is asked about by `shell`. */
  approve(action: Action): null;
  /** A text without secrets, which only the parent knows. */
  redact(text: string): string;
  /** A tool that the parent side answers: the delegation tools and `ask_parent`. */
  tool(args: { readonly name: string; readonly args: unknown }): unknown;
}

/** What a child only tells. */
export interface ServiceCasts {
  release: { readonly leaseId: number; readonly outcome: RequestOutcome };
  stored: ConversationUpdate;
}

/**
 * The parent's side of {@linkcode ServiceCalls}: each with the signal that ends it when the child or its call does, and
 * one that aborts when the child gives the call up, until the next time it has stored its conversation even after the
 * answer: they may have crossed.
 */
export type Services =
  & {
    readonly [Name in keyof ServiceCalls]: (
      args: Parameters<ServiceCalls[Name]>[0],
      signal: AbortSignal,
      givenUp: AbortSignal,
    ) => Promise<ReturnType<ServiceCalls[Name]>>;
  }
  & { readonly [Name in keyof ServiceCasts]: (args: ServiceCasts[Name]) => void };
