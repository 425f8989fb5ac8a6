import { createReadStream } from "node:fs";
import type { ModelRef } from "../../protocol/model_ref.ts";
import { schemaProblem } from "../../delegation/output_schema.ts";
import { messageOf, UserError } from "../../support/errors.ts";
import { fileState } from "../../support/file_state.ts";
import type { TaskRequest } from "../../tools/delegation/task_arguments.ts";
import { EXIT } from "../exit_codes.ts";
import { fromHere } from "../from_here.ts";
import type { Io } from "../io.ts";
import { MOST_CHARS, readGiven, tellingEncoding, TOO_LONG } from "../read_given.ts";
import { readText } from "../read_lines.ts";
import { hintUnread } from "../unread_stdin.ts";
import type { DelegateOptions } from "./run_delegate.ts";

/** One request for each goal, as the command line says; reads stdin and files where it names them. */
export async function requestsOf(
  io: Io,
  goals: readonly string[],
  options: DelegateOptions,
): Promise<readonly TaskRequest[]> {
  const fromStdin = [...goals.filter((goal) => goal === "-"), ...(options.contextFile === "-" ? ["-"] : [])];
  if (fromStdin.length > 1) {
    throw new UserError("Cannot read stdin twice: only one goal or the context can be -", {
      exitCode: EXIT.usage,
    });
  }
  const use = options.contextFile === "-" ? "the context" : "the goal";
  const stdin = fromStdin.length === 1 ? await readGiven(io, use) : "";
  const context = await contextOf(io, options, stdin);
  const shared = {
    ...(context === "" ? {} : { context }),
    ...(options.toolsets === undefined ? {} : { toolsets: [...options.toolsets] }),
    ...(options.tier === undefined ? {} : { tier: options.tier }),
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.maxTurns === undefined ? {} : { max_turns: options.maxTurns }),
    ...(options.timeout === undefined ? {} : { timeout_s: options.timeout }),
    ...(options.tokenBudget === undefined ? {} : { token_budget: options.tokenBudget }),
    ...(options.after === undefined ? {} : { after: [...options.after] }),
    ...(options.schema === undefined ? {} : { output_schema: await readSchema(io, options.schema) }),
  };
  return goals.map((goal) => ({ goal: goal === "-" ? stdin.trim() : goal, ...shared })).map(refuseEmpty);
}

/** Says once that what is piped in was not read, where nothing asked for it. */
export function hintUnreadGoals(io: Io, goals: readonly string[], options: DelegateOptions): void {
  const readsStdin = goals.includes("-") || options.contextFile === "-";
  hintUnread(io, { quiet: options.quiet === true || readsStdin, way: "--context-file -, or - as a goal" });
}

function refuseEmpty(request: TaskRequest): TaskRequest {
  if (request.goal.trim() !== "") return request;
  throw new UserError("Cannot delegate an empty goal", { exitCode: EXIT.usage });
}

async function contextOf(
  io: Io,
  { context = "", contextFile }: DelegateOptions,
  stdin: string,
): Promise<string> {
  const fromFile = contextFile === undefined
    ? ""
    : contextFile === "-"
    ? stdin
    : await readFile(io, contextFile, "--context-file");
  return [context, fromFile].filter((part) => part !== "").join("\n\n");
}

async function readSchema(io: Io, file: string): Promise<Record<string, unknown>> {
  const text = await readFile(io, file, "--schema");
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (error) {
    throw cannot("use", file, "--schema", `it holds no JSON (${messageOf(error)})`, error);
  }
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) {
    throw cannot("use", file, "--schema", "it holds no JSON object");
  }
  const problem = await schemaProblem(schema);
  if (problem === null) return { ...schema };
  throw cannot("use", file, "--schema", `it is no JSON Schema (${problem})`);
}

/** A pipe is read to its end, as `<(command)` of a shell gives one. */
async function readFile(io: Io, file: string, option: string): Promise<string> {
  const path = fromHere(io, file);
  let text: string;
  try {
    text = await readText(createReadStream(path), {
      most: MOST_CHARS,
      onEncoding: tellingEncoding(io, `"${file}"`),
    });
  } catch (error) {
    throw cannot("read", file, option, fileState(error), error);
  }
  if (text.length > MOST_CHARS) throw cannot("use", file, option, TOO_LONG);
  return text;
}

function cannot(
  verb: "read" | "use",
  file: string,
  option: string,
  state: string,
  cause?: unknown,
): UserError {
  return new UserError(`Cannot ${verb} "${file}" for ${option}: ${state}`, { exitCode: EXIT.usage, cause });
}

/** A model that was named on the command line holds for every task, whatever the routes say. */
export function pinModel(
  requests: readonly TaskRequest[],
  ref: ModelRef,
  { model, provider }: DelegateOptions,
): readonly TaskRequest[] {
  if (model === undefined && provider === undefined) return requests;
  return requests.map((request) => ({ ...request, model: `${ref.provider}/${ref.model}` }));
}
