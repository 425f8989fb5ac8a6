import { holdsUsd } from "../../config/model_facts.ts";
import { takenFor } from "../../config/models.ts";
import type { Verdict } from "../../delegation/grants.ts";
import { compactedBody } from "../../protocol/compacted_body.ts";
import type { EventBody } from "../../protocol/events.ts";
import type { Spending } from "../../provider/provider.ts";
import type { ParentAgent } from "../../session/parent_agent.ts";
import { parseSlash, slashHelp, usageOf } from "../../session/slash.ts";
import { ProviderError, ToolFailure, toWireError, UserError, type WireError } from "../../support/errors.ts";
import { unavailableToolsets } from "../../tools/toolsets.ts";
import { type Io, takesAnsi } from "../io.ts";
import type { Run } from "../open_run.ts";
import { answeredText } from "../render/approval.ts";
import { compactedText, priceUnknownText } from "../render/progress_line.ts";
import { plainText } from "../render/text.ts";
import { renderReply } from "../render/reply.ts";
import { errorText } from "../render/error_text.ts";
import { spendingText } from "../render/spending.ts";
import { assertTaskNamed, inSlashWords } from "./slash_words.ts";

const NO_CAPS: Spending["caps"] = { usd: null, tokens: null, requests: null };

/** What a slash command reaches. */
export interface SlashContext {
  readonly io: Io;
  readonly run: Run;
  readonly agent: ParentAgent;
  readonly signal: AbortSignal;
  /** Told of a task that the person has delegated. */
  readonly onDelegated: (taskId: string) => void;
  /** Standard output has events: answers go there as such. */
  readonly jsonl: boolean;
}

interface Answering extends SlashContext {
  readonly line: string;
}

/** Carries out a slash command; its text goes to stdout, its errors to stderr. Returns whether the chat is to end. */
export async function runSlash(line: string, slashContext: SlashContext): Promise<boolean> {
  const context = { ...slashContext, line };
  try {
    const command = parseSlash(line);
    switch (command.type) {
      case "quit":
        return true;
      case "stop":
        context.agent.stop();
        return false;
      case "new":
        context.agent.forget();
        return false;
      case "compact":
        say(context, await compactText(context));
        return false;
      case "sessions":
        say(context, await sessionsText(context));
        return false;
      case "resume":
        say(context, await resumeText(context, command.id));
        return false;
      case "help":
        say(context, slashHelp().map(({ usage, about }) => `${usage.padEnd(22)} ${about}\n`).join(""));
        return false;
      case "model":
        say(context, modelText(context, command.name));
        return false;
      case "budget":
        say(context, budgetText(context.run, command.addUsd));
        return false;
      case "usage":
        say(context, await usage(context));
        return false;
      case "toolsets":
        say(context, toolsetsText(context.run));
        return false;
      case "approval":
        say(context, approvalText(context.run, command.id, command.verdict));
        return false;
      case "yolo":
        say(context, yoloText(context.run));
        return false;
      case "call":
        await callTool(command.tool, command.args, context);
        return false;
      default:
        return command satisfies never;
    }
  } catch (error) {
    if (context.signal.aborted) return true;
    if (!(isTold(error))) throw error;
    complain(context, inSlashWords(toWireError(error), usageOf(line)));
    return false;
  }
}

async function callTool(
  tool: string,
  args: Readonly<Record<string, unknown>>,
  context: Answering,
): Promise<void> {
  const { io, run, signal } = context;
  assertTaskNamed(tool, args, run.session);
  const outcome = await run.session.call(tool, args, signal);
  const reply = JSON.parse(outcome.content);
  if (!outcome.ok) return complain(context, inSlashWords(reply.error, usageOf(context.line)));
  if (tool === "delegate_task_async") context.onDelegated(reply.task_id);
  const { stdout, env } = io;
  say(context, renderReply(tool, reply, { columns: stdout.columns, color: takesAnsi(stdout, env) }), reply);
}

async function compactText({ agent }: SlashContext): Promise<string> {
  const compacted = await agent.compact();
  if (compacted === null) return "nothing to compact\n";
  const { tokens_before, tokens_after } = compactedBody(compacted);
  return `${compactedText({ tokens_before, tokens_after })}\n`;
}

async function sessionsText({ io, run }: SlashContext): Promise<string> {
  return (await import("./slash_sessions.ts")).sessionsText(io, run.session);
}

async function resumeText({ run }: SlashContext, id: string): Promise<string> {
  return (await import("./slash_sessions.ts")).resumeText(run.session, id);
}

function isTold(error: unknown): error is Error {
  return error instanceof ToolFailure || error instanceof UserError || error instanceof ProviderError;
}

function modelText({ io, run, agent }: SlashContext, name: string): string {
  const { session, board } = run;
  if (name !== "") session.useModel(name, agent);
  const doubt = name === "" ? null : doubtOf(session, name);
  if (doubt !== null) board?.around(() => io.stderr.write(plainText(`hermes: ${doubt}\n`)));
  return `${session.model.provider}/${session.model.model}\n`;
}

/** What a name was taken for, where it may be a misspelling; null: there is no reason to doubt. */
function doubtOf({ supervisor: { ground }, model }: Run["session"], name: string): string | null {
  const taken = takenFor(ground.config, { model: name }, model.provider);
  if (taken !== null) return taken;
  if (model.provider === "offline" && name !== "offline") {
    return `"${name}" is not used: the offline model is the only one of its provider (PROVIDER/NAME names another)`;
  }
  const { context_window, price, is_billed } = ground.factsOf(model, null);
  if (!is_billed || context_window !== null || price !== null) return null;
  return `"${model.model}" was taken for a model of "${model.provider}", and nothing is known of it here ` +
    `(hermes models --provider ${model.provider} lists what there is)`;
}

function budgetText({ session }: Run, addUsd: number | null): string {
  const { broker, factsOf } = session.supervisor.ground;
  if (addUsd !== null) session.raiseBudget(addUsd);
  const before = session.usedBefore;
  const earlier = before.requests === 0
    ? ""
    : `used before this chat was opened again: ${spendingText({ used: before, caps: NO_CAPS })}\n`;
  const unheld = holdsUsd(factsOf(session.model, null)) ? "" : `${priceUnknownText(session.model)}\n`;
  return `${spendingText(broker.budget)}\n${earlier}${unheld}`;
}

async function usage({ io, run }: SlashContext): Promise<string> {
  const { usageText } = await import("./usage_text.ts");
  return usageText(run.session.supervisor.ground, { columns: io.stdout.columns });
}

function approvalText({ session }: Run, id: string | undefined, verdict: Verdict): string {
  return answeredText(session.answerApproval(id, verdict));
}

function yoloText({ session: { supervisor: { approvals } } }: Run): string {
  approvals.isYolo = !approvals.isYolo;
  return approvals.isYolo ? "nothing asks any more (/yolo again to undo)\n" : "dangerous actions ask again\n";
}

function toolsetsText({ session }: Run): string {
  const missing = new Map(unavailableToolsets().map(({ toolset, why }) => [toolset, why]));
  return session.supervisor.ground.toolsets
    .map((toolset) => `${toolset}${missing.has(toolset) ? `: left out, ${missing.get(toolset)}` : ""}\n`)
    .join("");
}

function complain(context: Answering, error: WireError): void {
  around(context, () => context.io.stderr.write(errorText(error)));
  if (context.jsonl) emit(context, { error });
}

/** A tool's reply goes to programs as it is. */
function say(context: Answering, text: string, reply?: unknown): void {
  if (context.jsonl) return emit(context, reply === undefined ? { text } : { reply });
  around(context, () => context.io.stdout.write(text));
}

function emit({ run, line }: Answering, answer: Pick<SlashAnswered, "reply" | "text" | "error">): void {
  run.session.events.emit({ type: "slash.answered", line, ...answer });
}

type SlashAnswered = Extract<EventBody, { type: "slash.answered" }>;

function around({ run }: SlashContext, write: () => void): void {
  if (run.board === null) write();
  else run.board.around(write);
}
