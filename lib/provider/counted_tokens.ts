import type { TokenUsage } from "../protocol/conversation.ts";
import { countOf, type Fields, isObject } from "./loose_values.ts";

/** The counts of one `usage` object, under whatever names a server has for them; 0: it has none. */
export interface CountedTokens {
  readonly input: number;
  readonly output: number;
  readonly total: number;
  /** Read from the cache, as a detail of the input or of its own standing. */
  readonly cachedInside: number;
  readonly cachedBeside: number;
  /** Written into the cache. */
  readonly written: number;
  readonly reasoning: number;
  /** Details of the input of other kinds, such as audio. */
  readonly parts: readonly number[];
  /** What went through the cache is certainly not counted as input. */
  readonly isCacheApart: boolean;
  /** It counts no input in so many words: only what is new since the report before. */
  readonly isIncrement: boolean;
}

/** In the order in which they are believed: Chat Completions, Responses and Messages, Gemini, Ollama. */
const INPUT = [
  "prompt_tokens",
  "input_tokens",
  "prompt_token_count",
  "promptTokenCount",
  "prompt_eval_count",
];
const OUTPUT = [
  ...["completion_tokens", "output_tokens", "candidates_token_count", "candidatesTokenCount"],
  ...["generated_tokens", "eval_count"],
];
const TOTAL = ["total_tokens", "total_token_count", "totalTokenCount"];

/** Parts of names in lower case. Patterns would have to be compiled anew in every child. */
const MONEY_OR_TIME = "cost price usd discount ratio _rate percent time seconds duration ttl".split(" ");
const COUNTS = ["token", "count", "hit", "read"];
const NOT_CACHED = ["miss", "creat", "writ", "store"];
const WRITES = ["creat", "writ", "store"];
const REASONING = ["reason", "think", "thought"];

/** Reads a `usage` object. */
export function countedTokens(usage: Fields, isCacheApart: boolean): CountedTokens {
  const all = countsIn(usage, "");
  const most = (fits: (count: Count) => boolean) =>
    Math.max(0, ...all.filter(fits).map(({ value }) => value));
  const written = most(({ name, group }) => isWritten(name) && !isWritten(group));
  return {
    input: firstOf(usage, INPUT),
    output: firstOf(usage, OUTPUT),
    total: firstOf(usage, TOTAL),
    cachedInside: most((count) => isCached(count) && count.group !== ""),
    cachedBeside: most((count) => isCached(count) && count.group === ""),
    written: written || sumOf(all.filter(({ group }) => isWritten(group))),
    reasoning: most(({ name }) => holdsAny(name, REASONING)),
    parts: all.filter((count) => isInput(count) && !isCached(count)).map(({ value }) => value),
    isCacheApart,
    isIncrement: !isCacheApart && INPUT.some((name) => usage[name] === 0) && firstOf(usage, OUTPUT) > 0,
  };
}

/** The counts so far with a later report: of the whole answer, as nearly all are, or of what is new. */
export function later(before: CountedTokens | null, report: CountedTokens): CountedTokens | null {
  const { input, output, total, isCacheApart, cachedInside, cachedBeside, written } = report;
  const moved = isCacheApart ? cachedInside + cachedBeside + written : 0; // all of the input may come from the cache
  const isEmpty = input + output + total + moved === 0;
  if (isEmpty) return before;
  if (before === null) return report;
  const isMore = report.isIncrement && before.input > 0 && before.output > 0;
  const count = (old: number, now: number) => isMore ? old + now : now || old;
  return {
    ...report,
    input: count(before.input, report.input),
    output: count(before.output, report.output),
    total: count(before.total, report.total),
    cachedInside: count(before.cachedInside, report.cachedInside),
    cachedBeside: count(before.cachedBeside, report.cachedBeside),
    written: count(before.written, report.written),
    reasoning: count(before.reasoning, report.reasoning),
    parts: report.parts.length > 0 ? report.parts : before.parts,
  };
}

/**
 * What is billed. Thinking may be counted apart from the output, and what went through the cache apart from the input:
 * the total tells, or that a part is more than its whole; what nothing explains counts as output, which costs most.
 */
export function tokensOf(counts: CountedTokens): TokenUsage {
  const { cachedInside, cachedBeside, total } = counts;
  const cached = Math.max(cachedInside, cachedBeside);
  const moved = cached + counts.written;
  let { input, output, reasoning } = counts;
  const missing = () => total - input - output;
  if (isCacheApart(counts)) input += moved;
  if (reasoning > output || (missing() > 0 && missing() === reasoning)) output += reasoning;
  if (counts.parts.includes(missing())) input += missing();
  if (missing() > 0) {
    reasoning ||= missing();
    output += missing();
  }
  const read = Math.min(cached, input);
  const written = Math.min(counts.written, input - read);
  return {
    input,
    cached: read,
    ...(written === 0 ? {} : { written }),
    output,
    reasoning: Math.min(reasoning, output),
  };
}

function isCacheApart({ isCacheApart, input, output, total, reasoning, ...counts }: CountedTokens): boolean {
  const { cachedInside, cachedBeside, written } = counts;
  const moved = Math.max(cachedInside, cachedBeside) + written;
  if (isCacheApart || moved === 0) return isCacheApart;
  const missing = total - input - output;
  if (missing === moved || missing === moved + reasoning) return true;
  const beside = total === 0 ? moved : cachedBeside + (cachedInside === 0 ? written : 0);
  return beside > input;
}

interface Count {
  /** In lower case, as `group`. */
  readonly name: string;
  readonly value: number;
  /** The name of the object that it is a detail in; "" for none. */
  readonly group: string;
}

/** All counts of a usage object and of the objects in it. */
function countsIn(fields: Fields, group: string): readonly Count[] {
  return Object.entries(fields).flatMap(([field, value]) => {
    const name = field.toLowerCase();
    if (holdsAny(name, MONEY_OR_TIME) || name.endsWith("_ms")) return [];
    if (isObject(value)) return group === "" ? countsIn(value, name) : [];
    return countOf(value) === 0 ? [] : [{ name, value: countOf(value), group }];
  });
}

function isInput({ group }: Count): boolean {
  return group.startsWith("prompt") || group.startsWith("input");
}

function isCached({ name }: Count): boolean {
  return (name.startsWith("cached") || isOfCache(name, COUNTS)) && !holdsAny(name, NOT_CACHED);
}

function isWritten(name: string): boolean {
  return isOfCache(name, WRITES);
}

function isOfCache(name: string, parts: readonly string[]): boolean {
  const at = name.indexOf("cache");
  return at >= 0 && holdsAny(name.slice(at), parts);
}

function holdsAny(name: string, parts: readonly string[]): boolean {
  return parts.some((part) => name.includes(part));
}

function firstOf(usage: Fields, names: readonly string[]): number {
  return names.map((name) => countOf(usage[name])).find((count) => count > 0) ?? 0;
}

function sumOf(counts: readonly Count[]): number {
  return counts.reduce((sum, { value }) => sum + value, 0);
}
