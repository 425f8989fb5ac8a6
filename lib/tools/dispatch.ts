import type * as z from "zod/mini";
import type { ToolCall } from "../protocol/conversation.ts";
import { cutMiddle } from "../support/cut_middle.ts";
import { describeIssues } from "../support/describe_issue.ts";
import { ToolFailure, toWireError, type WireError } from "../support/errors.ts";
import { isTool } from "./catalogue.ts";
import type { Tool, ToolContext } from "./tool.ts";
import type { Toolbox } from "./toolbox.ts";
import { toolsOf } from "./toolsets.ts";

/** What a call came to; `content` is what the model reads. */
export interface ToolOutcome {
  readonly content: string;
  readonly ok: boolean;
  /** The code of the error; null exactly when `ok`. */
  readonly errorCode: string | null;
}

/**
 * Runs one call of a model. Whatever goes wrong is an outcome that the model can read, with one exception: once the
 * signal of the context has aborted, it rejects with the signal's reason.
 */
export async function dispatch(
  call: ToolCall,
  toolbox: Toolbox,
  context: ToolContext,
): Promise<ToolOutcome> {
  const outcome = await attempt(call, toolbox, context);
  if (PARENT_SIDE.has(call.name)) return outcome;
  const content = await context.redact(outcome.content, context.signal);
  return content === outcome.content ? outcome : { ...outcome, content };
}

/** Their results come from the side that knows the keys, and were redacted there. */
const PARENT_SIDE: ReadonlySet<string> = new Set([
  ...toolsOf(["terminal", "delegation", "async_delegation"]),
  "ask_parent",
]);

async function attempt(call: ToolCall, toolbox: Toolbox, context: ToolContext): Promise<ToolOutcome> {
  context.signal.throwIfAborted();
  try {
    assertGranted(call.name, toolbox, context);
    const tool = toolbox.find(call.name) ?? await toolbox.load(call.name);
    const input = parseArguments(call);
    const parsed = tool.parameters.safeParse(input);
    const args = parsed.success ? parsed.data : await refuseArguments(tool, parsed.error, input);
    return { content: asText(await tool.run(args, context)), ok: true, errorCode: null };
  } catch (error) {
    context.signal.throwIfAborted();
    const wire = withShortMessage(toWireError(error));
    return { content: JSON.stringify({ error: wire }), ok: false, errorCode: wire.code };
  }
}

/** The longest message of an error, in characters: a path or a key may be as long as a model likes. */
const MESSAGE_CHARS = 2_000;

function withShortMessage(error: WireError): WireError {
  return { ...error, message: cutMiddle(error.message, MESSAGE_CHARS, () => " … ") };
}

function assertGranted(name: string, { names }: Toolbox, context: ToolContext): void {
  if (names.includes(name) && isTool(name)) return;
  const hint = `Your tools: ${names.length === 0 ? "none" : names.join(", ")}`;
  if (!isTool(name)) {
    throw new ToolFailure("unknown_tool", `Cannot call "${name}": there is no such tool`, { hint });
  }
  context.evidence.denied(name, "not granted");
  throw new ToolFailure("denied", `Cannot call ${name}: it was not granted to you`, { hint });
}

/** Servers send no arguments as an empty text. */
function parseArguments({ name, arguments: text }: ToolCall): unknown {
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ToolFailure("invalid_arguments", `Cannot call ${name}: its arguments are not JSON`, {
      hint: "Send the arguments again, as one complete JSON object",
      cause: error,
    });
  }
}

async function refuseArguments(tool: Tool<unknown>, error: z.core.$ZodError, input: unknown): Promise<never> {
  const issues = describeIssues(error, input).map(({ path, message }) =>
    path === "" || message.startsWith("unknown key") ? message : `${path}: ${message}`
  );
  throw new ToolFailure("invalid_arguments", `Cannot call ${tool.name}: ${issues.join("; ")}`, {
    hint: `Arguments: ${await argumentNames(tool)}`,
  });
}

/** `path (required), offset, limit`. */
async function argumentNames(tool: Tool<unknown>): Promise<string> {
  const { toolSchema } = await import("./tool_schema.ts");
  const { properties = {}, required = [] } = toolSchema(tool).parameters as {
    properties?: object; // of a JSON Schema, as draft 2020-12 has it
    required?: string[];
  };
  return Object.keys(properties).map((name) => required.includes(name) ? `${name} (required)` : name).join(
    ", ",
  );
}

function asText(result: unknown): string {
  return typeof result === "string" ? result : JSON.stringify(result) ?? "null";
}
