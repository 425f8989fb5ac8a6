import { stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import * as z from "zod/mini";
import { orAborted } from "../../support/or_aborted.ts";
import type { Tool, ToolContext } from "../tool.ts";
import { encodingOf } from "../../support/encoding_watch.ts";
import { type Attempt, fileFailure } from "./file_failure.ts";
import { globMatcher } from "./glob.ts";
import type { LinePattern } from "./line_pattern.ts";
import { meantBy } from "./meant_path.ts";
import { realTarget } from "./paths.ts";
import { readStart } from "../../support/read_chunks.ts";
import prose from "./search_files.md" with { type: "text" };
import { askForKeys, assertNotSecret, isUsersSecret, secretPlaces } from "./secret_paths.ts";
import { SearchReport } from "./search_report.ts";
import { walk } from "./walk.ts";

const DEFAULT_RESULTS = 100;
const MAX_FILE_BYTES = 5_000_000;
/** How long a search keeps the thread to itself. */
const AT_ONCE_MS = 20;

const parameters = z.strictObject({
  pattern: z.optional(z.string().check(z.minLength(1), z.describe("RE2 regex, matched line by line"))),
  path: z.optional(z.string().check(z.minLength(1), z.describe("File or directory"))),
  glob: z.optional(z.string().check(z.minLength(1), z.describe("Such as *.{ts,tsx} or src/**/*.md"))),
  max_results: z.optional(z.int().check(z.minimum(1), z.maximum(1000))),
});

type Args = z.infer<typeof parameters>;

/** Lists the lines that match, or without a pattern the files. */
export const tool: Tool<Args> = { name: "search_files", description: prose.trim(), parameters, run };

async function run(args: Args, context: ToolContext): Promise<string> {
  const pattern = args.pattern === undefined ? null : await patternOf(args.pattern);
  const report = new SearchReport(args.max_results ?? DEFAULT_RESULTS);
  const path = args.path ?? ".";
  const start = await orAborted(meantBy("search", path, context), context.signal);
  for await (const file of filesOf(start, args.glob, context)) {
    const shown = shownPath(context.cwd, file);
    if (pattern === null) {
      report.add(shown);
    } else {
      const { signal } = context;
      await searchFile(file, (text) => addMatches({ pattern, shown, text, report }, signal), {
        report,
        signal,
      });
    }
    if (report.isFull) break;
  }
  return report.toString(pattern !== null);
}

async function* filesOf(
  start: Attempt,
  glob: string | undefined,
  context: ToolContext,
): AsyncGenerator<string> {
  const entry = await orAborted(stat(start.absolute), context.signal).catch(async (error) => {
    context.signal.throwIfAborted();
    throw await fileFailure(start, error);
  });
  const real = await realTarget(start.absolute);
  await assertNotSecret(start, real, context);
  await askForKeys(real, context);
  if (!entry.isDirectory()) return yield start.absolute;
  const isSecret = await secretPlaces(context);
  const isAllowed = isUsersSecret(real, context); // it was asked for
  const isHidden = (file: string) => isSecret(file) || (!isAllowed && isUsersSecret(file, context));
  const matches = glob === undefined ? () => true : globMatcher(glob);
  for await (const file of walk(start.absolute, context.signal)) {
    const path = relative(start.absolute, file);
    if (matches(path.replaceAll(sep, "/")) && !isHidden(join(real, path))) yield file;
  }
}

/** Gives the text of a file to `search`; binary and huge files and those that cannot be read are only counted. */
async function searchFile(
  file: string,
  search: (text: string) => Promise<void>,
  { report, signal }: { readonly report: SearchReport; readonly signal: AbortSignal },
): Promise<void> {
  const read = await readStart(file, { signal, maxBytes: MAX_FILE_BYTES }).catch(() => null);
  signal.throwIfAborted();
  const encoding = read?.whole ? encodingOf(read.content) : null;
  if (read === null || encoding === null) return report.skip();
  report.searched();
  await search(encoding.codec.decode(read.content).replace(/^\ufeff/, ""));
}

interface Scan {
  readonly pattern: LinePattern;
  readonly shown: string;
  readonly text: string;
  readonly report: SearchReport;
}

/** Lets others have the thread now and then. Rejects with the signal's reason. */
async function addMatches({ pattern, shown, text, report }: Scan, signal: AbortSignal): Promise<void> {
  let since = performance.now();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.length > pattern.longest) report.cutLine();
    if (pattern.test(line)) report.add(`${shown}:${index + 1}: ${line.trimEnd().toWellFormed()}`);
    if (report.isFull) return;
    if (performance.now() - since < AT_ONCE_MS) continue;
    await nextTurn();
    signal.throwIfAborted();
    since = performance.now();
  }
}

/** What reads and matches them is loaded by the first search for a pattern. */
async function patternOf(pattern: string): Promise<LinePattern> {
  return (await import("./line_pattern.ts")).linePattern(pattern);
}

/** Below `cwd` relative to it, so that it can be given to another tool as it is; else absolute. */
function shownPath(cwd: string, file: string): string {
  return file.startsWith(`${cwd}/`) ? file.slice(cwd.length + 1) : file;
}
