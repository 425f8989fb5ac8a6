import { createTwoFilesPatch, OMIT_HEADERS } from "diff";
import * as z from "zod/mini";
import { headOf } from "../../support/cut_text.ts";
import { ToolFailure } from "../../support/errors.ts";
import type { Tool, ToolContext } from "../tool.ts";
import { assertEncodable } from "./assert_encodable.ts";
import { assertUnchanged } from "./assert_fresh.ts";
import { assertNoMarker } from "./assert_no_marker.ts";
import { changeText } from "./change_text.ts";
import { type Encoding, encodingOf } from "../../support/encoding_watch.ts";
import { assertWhole, cannot, fileFailure } from "./file_failure.ts";
import prose from "./patch.md" with { type: "text" };
import { MAX_TEXT_BYTES, readStart } from "../../support/read_chunks.ts";
import { type Fingerprint, fingerprint } from "./scan_file.ts";
import { ShownText } from "./shown_text.ts";
import { storeFile } from "./store_file.ts";
import { locateExisting, type Target } from "./target.ts";

const MAX_DIFF_CHARS = 6000;
const DIFF_TIMEOUT_MS = 50;
const MAX_TRIES = 20;
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
async function run({ path, ...given }: Args, context: ToolContext): Promise<string> {
  const edit = { ...given, new_string: given.new_string.toWellFormed() };
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
  const { original, print, encoding } = await readWhole(target, context);
  await assertNoMarker(target, edit.new_string, () => original);
  await assertEncodable(target, { text: edit.new_string, encoding }, () => edit.old_string);
  const { after, count } = changeText(original, { ...edit, target });
  await storeFile(target, { bytes: encoding.codec.encode(after), replaces: print }, context);
  return `Replaced ${count} ${count === 1 ? "place" : "places"} in ${target.real}\n${
    shownDiff(new ShownText(original).text, new ShownText(after).text)
  }`;
}

interface WholeText {
  /** From which its encoding makes the same bytes. */
  readonly original: string;
  readonly encoding: Encoding;
  readonly print: Fingerprint;
}

async function readWhole(target: Target, { filesSeen, signal }: ToolContext): Promise<WholeText> {
  const { content, whole } = await readStart(target.real, { signal, maxBytes: MAX_TEXT_BYTES }).catch(
    async (error) => {
      signal.throwIfAborted();
      throw await fileFailure(target.attempt, error);
    },
  );
  assertWhole(target.attempt, { bytes: content.length, whole });
  const print = fingerprint(content);
  assertUnchanged(target, print, filesSeen);
  const encoding = encodingOf(content);
  if (encoding === null) throw new ToolFailure("binary", `${cannot(target.attempt)}: it is binary`);
  return { original: encoding.codec.decode(content), encoding, print };
}

function shownDiff(before: string, after: string): string {
  const options = { context: 2, headerOptions: OMIT_HEADERS, timeout: DIFF_TIMEOUT_MS };
  const diff = createTwoFilesPatch("", "", before, after, undefined, undefined, options);
  if (diff === undefined) return "[the diff is too long to show]";
  return diff.length <= MAX_DIFF_CHARS ? diff.toWellFormed() : `${headOf(diff, MAX_DIFF_CHARS)}\n[diff cut]`;
}
