import * as z from "zod/mini";
import type { Tool, ToolContext } from "../tool.ts";
import { assertEncodable } from "./assert_encodable.ts";
import { assertRead, assertUnchanged } from "./assert_fresh.ts";
import { assertNoMarker } from "./assert_no_marker.ts";
import { type Encoding, encodingName, EncodingWatch, PLAIN } from "../../support/encoding_watch.ts";
import { assertWhole, fileFailure } from "./file_failure.ts";
import { LineEnds } from "./line_ends.ts";
import { MAX_TEXT_BYTES, readStart } from "../../support/read_chunks.ts";
import { type Fingerprint, scanFile } from "./scan_file.ts";
import { storeFile } from "./store_file.ts";
import { locate, type Target } from "./target.ts";
import prose from "./write_file.md" with { type: "text" };

const parameters = z.strictObject({
  path: z.string().check(z.minLength(1)),
  content: z.string(),
});

type Args = z.infer<typeof parameters>;

/** What was written where. */
export interface Written {
  /** Absolute, symbolic links followed. */
  readonly path: string;
  readonly bytes: number;
  readonly created: boolean;
  /** That of the file before, which was kept; not named when it is plain UTF-8. */
  readonly encoding?: string;
  /** Those of the file before, which were kept; not named when they are LF, or not all the same. */
  readonly line_ends?: "CRLF";
}

/** Makes a file or replaces all of one that this agent has read. */
export const tool: Tool<Args> = { name: "write_file", description: prose.trim(), parameters, run };

async function run({ path, content }: Args, context: ToolContext): Promise<Written> {
  const target = await locate("write", path, context);
  const old = target.mode === null ? NOTHING : await assertReplaceable(target, context);
  const before = () => target.mode === null ? "" : textOf(target, old.encoding, context.signal);
  await assertNoMarker(target, content, before);
  const text = inStyle(content.toWellFormed(), old);
  await assertEncodable(target, { text, encoding: old.encoding }, before);
  const { bytes } = await storeFile(
    target,
    { bytes: old.encoding.codec.encode(text), replaces: old.print },
    context,
  );
  return {
    path: target.real,
    bytes,
    created: target.mode === null,
    ...(isPlain(old.encoding) ? {} : { encoding: encodingName(old.encoding) }),
    ...(old.hasCrlf ? { line_ends: "CRLF" } : {}),
  };
}

/** What a file is before it is replaced. */
interface Old {
  readonly print: Fingerprint | null;
  readonly encoding: Encoding;
  /** Whether each of its lines ends so. */
  readonly hasCrlf: boolean;
}

const NOTHING: Old = { print: null, encoding: PLAIN, hasCrlf: false };

/** What it holds, which is what the agent has seen. */
async function assertReplaceable(target: Target, { filesSeen, signal }: ToolContext): Promise<Old> {
  assertRead(target, filesSeen);
  const watch = new EncodingWatch();
  const ends = new LineEnds();
  const print = await scanFile(target.real, signal, (chunk) => ends.push(watch.push(chunk))).catch(
    async (error) => {
      signal.throwIfAborted();
      throw await fileFailure(target.attempt, error);
    },
  );
  assertWhole(target.attempt, print);
  assertUnchanged(target, print, filesSeen);
  const encoding = watch.finish();
  return encoding === null ? { ...NOTHING, print } : { print, encoding, hasCrlf: ends.areAllCrlf };
}

/** The content with the byte-order mark and the line ends of the file. */
function inStyle(content: string, { encoding, hasCrlf }: Old): string {
  const text = hasCrlf ? content.replace(/\r?\n/g, "\r\n") : content;
  return encoding.hasMark && !text.startsWith("\ufeff") ? `\ufeff${text}` : text;
}

async function textOf(target: Target, { codec }: Encoding, signal: AbortSignal): Promise<string> {
  const { content } = await readStart(target.real, { signal, maxBytes: MAX_TEXT_BYTES });
  return codec.decode(content);
}

function isPlain({ codec, hasMark }: Encoding): boolean {
  return codec === PLAIN.codec && !hasMark;
}
