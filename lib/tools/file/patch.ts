import { createTwoFilesPatch, OMIT_HEADERS } from "diff";
import { readFile } from "node:fs/promises";
import * as z from "zod/mini";
import { ToolFailure } from "../../support/errors.ts";
import type { Tool, ToolContext } from "../tool.ts";
import { assertUnchanged } from "./assert_fresh.ts";
import { assertNoMarker } from "./assert_no_marker.ts";
import { cannot, fileFailure } from "./file_failure.ts";
import { differsInSpaceOnly, lineAt, nearestLines, occurrences } from "./find_text.ts";
import prose from "./patch.md" with { type: "text" };
import { type Fingerprint, fingerprint } from "./scan_file.ts";
import { storeFile } from "./store_file.ts";
import { locateExisting, type Target } from "./target.ts";
import { headOf } from "../../support/cut_text.ts";

const MAX_FILE_BYTES = 20_000_000;
const MAX_DIFF_CHARS = 6000;
const DIFF_TIMEOUT_MS = 50;
const MAX_TRIES = 20;
/** How many places of a text that is not unique are named. */
const NAMED_PLACES = 10;
const COUNTED_PLACES = 1000;
/** What read_file puts before each line. */
const LINE_NUMBER = /^\d+\t/;

const parameters = z.strictObject({
  path: z.string().check(z.minLength(1)),
  old_string: z.string().check(z.minLength(1)),
  new_string: z.string(),
  replace_all: z.optional(z.boolean()),
});

type Args = z.infer<typeof parameters>;
type Edit = Pick<Args, "old_string" | "new_string" | "replace_all">;

/** Replaces a text in a file that stands there exactly once, or every time. */
export const tool: Tool<Args> = { name: "patch", description: prose.trim(), parameters, run };

/**
 * An agent may patch a file several times at once: whoever came too late tries again with what it has become. The file
 * is found, and its change allowed, once for all tries.
 */
async function run({ path, ...edit }: Args, context: ToolContext): Promise<string> {
  const target = await locateExisting("patch", path, context);
  for (let tries = 1;; tries++) {
    try {
      return await patch(target, edit, context);
    } catch (error) {
      const isLate = error instanceof ToolFailure && error.code === "changed_since_read";
      if (!isLate || tries === MAX_TRIES) throw error;
    }
  }
}

async function patch(target: Target, edit: Edit, context: ToolContext): Promise<string> {
  const { text: before, print } = await readText(target, context);
  await assertNoMarker(target, edit.new_string, () => before);
  const { after, count } = replaceText(before, withLineEndsOf(before, edit), target);
  await storeFile(target, { bytes: new TextEncoder().encode(after), replaces: print }, context);
  return `Replaced ${count} ${count === 1 ? "place" : "places"} in ${target.real}\n${
    shownDiff(before, after)
  }`;
}

interface ReadText {
  readonly text: string;
  readonly print: Fingerprint;
}

async function readText(target: Target, { filesSeen, signal }: ToolContext): Promise<ReadText> {
  if (target.bytes > MAX_FILE_BYTES) {
    throw new ToolFailure("too_large", `${cannot(target.attempt)}: it has ${target.bytes} bytes`, {
      hint: `patch takes files up to ${MAX_FILE_BYTES} bytes`,
    });
  }
  const bytes = await readFile(target.real, { signal }).catch(async (error) => {
    signal.throwIfAborted();
    throw await fileFailure(target.attempt, error);
  });
  const print = fingerprint(bytes);
  assertUnchanged(target, print, filesSeen);
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), print };
  } catch (error) {
    throw new ToolFailure("binary", `${cannot(target.attempt)}: it is not UTF-8 text`, { cause: error });
  }
}

/** read_file shows no "\r", so the edit of a file with "\r\n" is meant with them. */
function withLineEndsOf(text: string, edit: Edit): Edit {
  if (!text.includes("\r\n") || edit.old_string.includes("\r\n")) return edit;
  const convert = (part: string) => part.replace(/\r?\n/g, "\r\n");
  return { ...edit, old_string: convert(edit.old_string), new_string: convert(edit.new_string) };
}

function replaceText(text: string, edit: Edit, target: Target): { after: string; count: number } {
  const { old_string: part, new_string: replacement } = edit;
  if (part === replacement) {
    throw new ToolFailure(
      "invalid_arguments",
      `${cannot(target.attempt)}: old_string and new_string are the same`,
    );
  }
  const found = occurrences(text, part, COUNTED_PLACES);
  if (found.length === 0) throw notFound(text, part, target);
  if (found.length > 1 && edit.replace_all !== true) throw notUnique(text, found, target);
  const pieces = text.split(part);
  return { after: pieces.join(replacement), count: pieces.length - 1 };
}

function notFound(text: string, part: string, target: Target): ToolFailure {
  return new ToolFailure("text_not_found", `${cannot(target.attempt)}: old_string is not in it`, {
    hint: whyNotFound(text, part),
  });
}

function whyNotFound(text: string, part: string): string {
  if (part.split("\n").every((line) => line === "" || LINE_NUMBER.test(line))) {
    return "Leave out the line numbers that read_file puts before each line";
  }
  const near = nearestLines(text, part);
  if (near === null) return "No line of the file is like its first line. Read the file";
  const lines = near.lines.join("\n");
  const how = differsInSpaceOnly(lines, part) ? "only spaces differ at" : "most alike is";
  return `It must match to the letter; ${how} line ${near.first}:\n${headOf(lines, 1500)}`;
}

function notUnique(text: string, found: readonly number[], target: Target): ToolFailure {
  const lines = [...new Set(found.slice(0, NAMED_PLACES).map((at) => lineAt(text, at)))];
  const count = found.length < COUNTED_PLACES ? found.length : `at least ${COUNTED_PLACES}`;
  const more = found.length > NAMED_PLACES ? " and later" : "";
  const state = `old_string is in it ${count} times, on lines ${lines.join(", ")}${more}`;
  return new ToolFailure("not_unique", `${cannot(target.attempt)}: ${state}`, {
    hint: "Take more of the lines around it into old_string, or set replace_all",
  });
}

function shownDiff(before: string, after: string): string {
  const options = { context: 2, headerOptions: OMIT_HEADERS, timeout: DIFF_TIMEOUT_MS };
  const diff = createTwoFilesPatch("", "", before, after, undefined, undefined, options);
  if (diff === undefined) return "[the diff is too long to show]";
  return diff.length <= MAX_DIFF_CHARS ? diff : `${headOf(diff, MAX_DIFF_CHARS)}\n[diff cut]`;
}
