import { Option } from "@commander-js/extra-typings";
import { ToolFailure, UserError } from "../support/errors.ts";
import { TOOLSET_NAMES } from "../protocol/toolset.ts";
import type { Toolset } from "../tools/tool.ts";
import { parseToolsets } from "../tools/toolsets.ts";
import { EXIT } from "./exit_codes.ts";
import type { Io } from "./io.ts";
import { fromHere } from "./from_here.ts";
import { isDirectory } from "./is_directory.ts";
import { headOf } from "../support/cut_text.ts";

/** A week in seconds: the longest time that anything takes (contract §2). */
const MAX_SECONDS = 604_800;
/** The most turns, and the longest name, that a task may have (tools/delegation/task_arguments.ts). */
const MAX_TURNS = 10_000;
const MAX_NAME_CHARS = 40;
const INTEGER = /^\d+$/;
const DECIMAL = /^(?:\d+\.?\d*|\.\d+)$/;

/** Reads the value of an option; throws a {@linkcode UserError} 2 that names the option and the value. */
export type OptionParser<T> = (text: string) => T;

/** An integer of at least 1, and at most `most`. */
export function parseCount(option: string, most = Number.MAX_SAFE_INTEGER): OptionParser<number> {
  const expected = most === Number.MAX_SAFE_INTEGER ? "an integer ≥ 1" : `an integer from 1 to ${most}`;
  return (text) => {
    const value = INTEGER.test(text) ? Number(text) : NaN;
    if (Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
    throw cannotUse(text, option, `expected ${expected}`);
  };
}

/** An integer of at least 0. */
export function parseWhole(option: string): OptionParser<number> {
  return (text) => {
    const value = INTEGER.test(text) ? Number(text) : NaN;
    if (Number.isSafeInteger(value)) return value;
    throw cannotUse(text, option, "expected an integer ≥ 0");
  };
}

/** US dollars, at least 0. */
export function parseUsd(option: string): OptionParser<number> {
  return (text) => {
    const value = DECIMAL.test(text) ? Number(text) : NaN;
    if (Number.isFinite(value)) return value;
    throw cannotUse(text, option, "expected US dollars, a number ≥ 0");
  };
}

/** Seconds from 0 to a week, fractions allowed. */
export function parseSeconds(option: string): OptionParser<number> {
  return (text) => {
    const value = DECIMAL.test(text) ? Number(text) : NaN;
    if (value <= MAX_SECONDS) return value;
    throw cannotUse(text, option, `expected seconds from 0 to ${MAX_SECONDS}`);
  };
}

/** A length of time such as `30d`, in ms: m, h, d and w for minutes, hours, days and weeks. */
export function parseAge(option: string): OptionParser<number> {
  return (text) => {
    const [, amount = "", unit = ""] = /^(\d+)([mhdw])$/.exec(text) ?? [];
    const value = Number(amount) * (AGE_UNITS_MS[unit] ?? NaN);
    if (Number.isSafeInteger(value)) return value;
    throw cannotUse(text, option, "expected a number with m, h, d or w, such as 30d");
  };
}

const AGE_UNITS_MS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** A text that is not empty, and of at most `most` characters. */
export function parseText(option: string, most = Infinity): OptionParser<string> {
  return (text) => {
    if (text.trim() === "") throw cannotUse(text, option, "expected some text");
    if (text.length <= most) return text;
    throw cannotUse(`${headOf(text, most)}…`, option, `expected at most ${most} characters`);
  };
}

/** Names of toolsets with commas between them. */
export function parseToolsetList(option: string): OptionParser<readonly Toolset[]> & Offering {
  return offering(TOOLSET_NAMES, (text: string) => {
    if (text.split(",").some((name) => name.trim() === "")) {
      throw cannotUse(text, option, "expected names with commas between them");
    }
    try {
      return parseToolsets(text);
    } catch (error) {
      if (!(error instanceof ToolFailure)) throw error;
      throw cannotUse(text, option, [error.message, error.hint ?? ""].join(". "), error);
    }
  });
}

/** One of a few words, which completions offer. */
export function parseOneOf<const T extends string>(
  option: string,
  allowed: readonly T[],
): OptionParser<T> & Offering {
  return offering(allowed, (text) => {
    const value = allowed.find((each) => each === text);
    if (value !== undefined) return value;
    throw cannotUse(text, option, `expected one of ${allowed.join(", ")}`);
  });
}

/** A parser that knows words which may be meant. */
export interface Offering {
  readonly offered: readonly string[];
}

function offering<Parser>(offered: readonly string[], parser: Parser): Parser & Offering {
  return Object.assign(parser as Parser & object, { offered });
}

/** A directory that exists, absolute or from the working directory. */
export function parseDirectory(option: string, io: Pick<Io, "cwd">): OptionParser<string> {
  return (text) => {
    const path = fromHere(io, text);
    if (text !== "" && isDirectory(path)) return path;
    throw cannotUse(text, option, "expected a directory that exists");
  };
}

/** The options that chat and delegate share, each new for one command: `.addOption(options.model)`. */
export function runOptions(io: Pick<Io, "cwd">) {
  return {
    model: new Option("-m, --model <name>", "Use this model: a name, or provider/name")
      .argParser(parseText("--model")),
    provider: new Option("--provider <name>", "Use this provider of config.yaml")
      .argParser(parseText("--provider")),
    toolsets: new Option("-t, --toolsets <names>", "Grant these toolsets, with commas between them")
      .argParser(parseToolsetList("--toolsets")),
    maxTurns: new Option("--max-turns <n>", "Stop after so many model requests")
      .argParser(parseCount("--max-turns", MAX_TURNS)),
    name: new Option("--name <name>", "Call the tasks this in lists")
      .argParser(parseText("--name", MAX_NAME_CHARS)),
    budgetUsd: new Option("--budget-usd <usd>", "Stop before it costs more than this in all")
      .argParser(parseUsd("--budget-usd")),
    yolo: new Option("--yolo", "Run dangerous commands without asking"),
    json: new Option("--json", "Print one JSON document"),
    jsonl: new Option("--jsonl", "Print events as they happen, one JSON document a line").conflicts("json"),
    since: new Option("--since <n>", "With --jsonl, leave out the events up to number n")
      .argParser(parseWhole("--since")),
    quiet: new Option("-Q, --quiet", "Print only errors on stderr"),
    offline: new Option("--offline", "Use the offline model, which needs no key and no network")
      .conflicts(["model", "provider"]),
    cwd: new Option("--cwd <dir>", "Work in this directory").argParser(parseDirectory("--cwd", io)),
  };
}

/** Throws a {@linkcode UserError} 2 for --since where no events are printed. */
export function refuseLoneSince(
  { since, jsonl }: { readonly since?: number | undefined; readonly jsonl?: boolean | undefined },
): void {
  if (since === undefined || jsonl === true) return;
  throw new UserError("Cannot use --since without --jsonl: no events are printed", {
    hint: "Add --jsonl",
    exitCode: EXIT.usage,
  });
}

function cannotUse(text: string, option: string, state: string, cause?: unknown): UserError {
  return new UserError(`Cannot use "${text}" for ${option}: ${state}`, { exitCode: EXIT.usage, cause });
}
