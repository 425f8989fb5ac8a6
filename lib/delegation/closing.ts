import type { FinalMessage } from "../protocol/task_state.ts";
import type { ClosingOffer } from "../protocol/worker_messages.ts";
import { describeIssues } from "../support/describe_issue.ts";
import { finishArguments } from "../tools/delegation/finish.ts";
import { schemaFaults } from "./output_schema.ts";
import type { TaskSpec } from "./task_spec.ts";

/** A last word that was taken, or what is wrong with it, for the child to mend. */
export type Judgement =
  | { readonly final: FinalMessage }
  | { readonly fault: string };

/**
 * Judges a child's last word: a bare text counts with outcome null, the arguments of `finish` must be valid, neither may
 * be empty, and with an output schema there must be a result that satisfies it, or a bare text that is one as JSON.
 */
export async function judgeClosing(spec: TaskSpec, offer: ClosingOffer): Promise<Judgement> {
  const read = offer.finishArguments === null
    ? bareText(offer.text)
    : finishCall(offer.finishArguments, offer.text);
  if ("fault" in read || spec.outputSchema === null) return read;
  const { final } = read;
  return await withResult(
    offer.finishArguments === null ? { ...final, ...resultIn(final.summary) } : final,
    spec.outputSchema,
  );
}

/** A text that is nothing but JSON, perhaps in a fence of Markdown, is meant as the result. */
function resultIn(text: string): { readonly result?: unknown } {
  const [, fenced] = /^\s*```(?:json)?\s*\n([^]*?)\n\s*```\s*$/.exec(text) ?? [];
  try {
    return { result: JSON.parse(fenced ?? text) };
  } catch {
    return {}; // words: the result is missing
  }
}

/** A result that its schema does not take is a fault, and so is none at all. */
async function withResult(
  final: FinalMessage,
  schema: Readonly<Record<string, unknown>>,
): Promise<Judgement> {
  if (final.result === undefined) {
    return { fault: "Cannot finish: `result` is missing, an output schema was given" };
  }
  const faults = await schemaFaults(schema, final.result);
  return faults.length === 0
    ? { final }
    : { fault: `Cannot finish: result does not satisfy the schema: ${faults.join("; ")}` };
}

function bareText(text: string): Judgement {
  if (text.trim() === "") {
    return { fault: "Cannot end with an empty message: end with finish and a summary of the work" };
  }
  return { final: { summary: text, outcome: null } };
}

function finishCall(argumentsText: string, text: string): Judgement {
  let input: unknown;
  try {
    input = JSON.parse(argumentsText);
  } catch {
    return {
      fault: "Cannot finish: the arguments are not JSON. Send them again as one complete JSON object",
    };
  }
  const parsed = finishArguments.safeParse(input);
  if (!parsed.success) {
    const issues = describeIssues(parsed.error, input).map(({ path, message }) =>
      `${path} ${message}`.trim()
    );
    return { fault: `Cannot finish: ${issues.join("; ")}` };
  }
  const { summary, outcome = null, result } = parsed.data;
  const words = summary.trim() === "" ? text : summary;
  if (words.trim() === "") return { fault: "Cannot finish: the summary is empty" };
  return { final: { summary: words, outcome, ...(result === undefined ? {} : { result }) } };
}
