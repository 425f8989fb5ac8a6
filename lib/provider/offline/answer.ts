import { type Call, callsOf, FINISH, toolOf } from "./calls.ts";
import { introduction } from "./introduction.ts";
import { reportStep } from "./report.ts";
import type { OfflineRequest } from "./read_request.ts";
import { asksSummary, summaryOf } from "./summary.ts";
import { type Item, progressLine, readWork, type StepItem, type Work } from "./work.ts";

/** A part of an answer: text, or a time to let pass before the next part. */
export type Part = { readonly text: string } | { readonly waitS: number };

/** What the model answers: parts in their order, then calls. */
export interface Answer {
  readonly parts: readonly Part[];
  readonly calls: readonly Call[];
}

/** Decides the next answer of a conversation; the same for the same request. */
export function answerTo(request: OfflineRequest): Answer {
  if (asksSummary(request)) return { parts: textOnly(summaryOf(request)), calls: [] };
  const work = readWork(request);
  if (work.isHandover) return { parts: textOnly(inOneText(reportsOf(work, request.tools))), calls: [] };
  const next = work.items.findIndex((item) => isCallable(item, request.tools));
  if (next < 0) {
    return work.isChild ? finish(work, request.tools) : { parts: chatParts(work, request.tools), calls: [] };
  }
  const before = work.items.slice(0, next).filter(isOpen);
  const item = work.items[next] as StepItem; // found as one
  // In the chat, what was said before a call is told with its result, in the last answer.
  const parts = work.isChild ? before.flatMap(childParts) : before.flatMap(waitParts);
  return { parts, calls: callsOf(item.step) };
}

function isOpen(item: Item): item is StepItem {
  return item.kind === "step" && item.state === "open";
}

function isCallable(item: Item, tools: ReadonlySet<string>): boolean {
  const name = isOpen(item) ? toolOf(item.step) : null;
  return name !== null && tools.has(name);
}

/** A child says what it begins, so that a look at it shows more than silence. */
function childParts(item: StepItem): readonly Part[] {
  return [...textOnly(progressLine(item.step)), ...waitParts(item)];
}

function waitParts({ step }: StepItem): readonly Part[] {
  return step.verb === "wait" ? [{ waitS: step.seconds }] : [];
}

function textOnly(text: string): readonly Part[] {
  return text === "" ? [] : [{ text }];
}

/** Where nothing was to be said; an empty answer would count as none. */
const NOTHING = "There was nothing to say.";

function finish(work: Work, tools: ReadonlySet<string>): Answer {
  // By the time the call is written, what was open is done.
  const items = work.items.map((item) => isOpen(item) ? { ...item, state: "done" } as const : item);
  const reports = reportsOf({ ...work, items }, tools);
  const outcome = reports.some((report) => report.isBlocked)
    ? "blocked"
    : reports.some((report) => report.isTrouble)
    ? "partial"
    : "done";
  return {
    parts: work.items.filter(isOpen).flatMap(childParts),
    calls: [{ name: FINISH, args: { summary: inOneText(reports), outcome } }],
  };
}

/** The last answer in the chat: all reports in order, what is still to be said in its turn after the waits before it. */
function chatParts(work: Work, tools: ReadonlySet<string>): readonly Part[] {
  const parts: Part[] = [];
  let isFirst = true;
  for (const item of work.items) {
    if (isOpen(item)) parts.push(...waitParts(item));
    const isWait = item.kind === "step" && item.step.verb === "wait";
    const text = isWait && work.items.length > 1 ? "" : reportOf(item, work, tools).text;
    if (text === "") continue;
    parts.push({ text: isFirst ? text : `\n${text}` });
    isFirst = false;
  }
  return isFirst ? [...parts, { text: NOTHING }] : parts;
}

interface ItemReport {
  readonly text: string;
  readonly kind: "said" | "outcome" | "notable";
  readonly isTrouble: boolean;
  readonly isBlocked: boolean;
}

function reportsOf(work: Work, tools: ReadonlySet<string>): readonly ItemReport[] {
  return work.items.map((item) => reportOf(item, work, tools));
}

/** What was said speaks for the rest; without it the outcomes do. Trouble is never left out. */
function inOneText(reports: readonly ItemReport[]): string {
  const hasSaid = reports.some(({ kind }) => kind === "said");
  const lines = reports.filter(({ kind }) => !hasSaid || kind !== "outcome").map(({ text }) => text);
  const text = lines.join("\n");
  return text.trim() === "" ? NOTHING : text;
}

function reportOf(item: Item, work: Work, tools: ReadonlySet<string>): ItemReport {
  if (item.kind === "notice") return notable(item.text);
  if (item.kind === "stray") {
    if (item.isGoal) return { ...notable(introduction(item.fault)), isBlocked: true };
    return notable(
      work.isChild
        ? `A message was no command, and nothing was done about it: ${item.text}`
        : introduction(item.fault),
    );
  }
  const { step, state, results } = item;
  if (work.isHandover && state === "open") return { ...notable(`Not done: ${step.source}`), isTrouble: true };
  if (step.verb === "say") return { ...notable(step.text), kind: "said" };
  if (step.verb === "wait") return reportWait(step.seconds, state);
  if (state === "earlier") return { ...notable(`Done earlier: ${step.source}`), kind: "outcome" };
  const name = toolOf(step) ?? "";
  if (results.length === 0) {
    const why = tools.has(name) ? "its result is unknown" : `the tool ${name} was not offered`;
    return { ...notable(`Cannot do "${step.source}": ${why}`), isTrouble: true, isBlocked: true };
  }
  const { text, isTrouble } = reportStep(step, results);
  return {
    text,
    isTrouble,
    kind: isTrouble || step.verb === "ask" ? "notable" : "outcome",
    isBlocked: false,
  };
}

function reportWait(seconds: number, state: StepItem["state"]): ItemReport {
  if (state === "cut") return notable(`The wait of ${seconds} s was cut short.`);
  return { ...notable(`Waited ${seconds} s.`), kind: "outcome" };
}

function notable(text: string): ItemReport {
  return { text, kind: "notable", isTrouble: false, isBlocked: false };
}
