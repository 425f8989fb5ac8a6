import * as z from "zod/mini";
import { ToolFailure } from "../../support/errors.ts";
import type { Tool, ToolContext } from "../tool.ts";
import { type Encoding, encodingName, EncodingWatch, PLAIN } from "../../support/encoding_watch.ts";
import { type Attempt, cannot, fileFailure } from "./file_failure.ts";
import { LineWindow } from "./line_window.ts";
import { spelledOut } from "./meant_path.ts";
import { absolutePath } from "./paths.ts";
import prose from "./read_file.md" with { type: "text" };
import { scanFile } from "./scan_file.ts";
import { locateExisting, type Target } from "./target.ts";
import { UTF_8, WINDOWS_1252 } from "../../support/text_codec.ts";

const DEFAULT_LINES = 2000;
const MAX_BYTES = 48_000;
const MAX_LINE_BYTES = 2000;

const parameters = z.strictObject({
  path: z.string().check(z.minLength(1)),
  offset: z.optional(z.int().check(z.minimum(1), z.describe("First line, from 1"))),
  limit: z.optional(z.int().check(z.minimum(1), z.describe(`Lines, default ${DEFAULT_LINES}`))),
});

type Args = z.infer<typeof parameters>;

/** Reads a part of a text file as numbered lines and remembers what the file held. */
export const tool: Tool<Args> = { name: "read_file", description: prose.trim(), parameters, run };

async function run({ path, offset = 1, limit = DEFAULT_LINES }: Args, context: ToolContext): Promise<string> {
  const target = await locateExisting("read", path, context);
  const window = new LineWindow({ offset, limit, maxBytes: MAX_BYTES, maxLineBytes: MAX_LINE_BYTES });
  const { sha256, bytes, whole, encoding } = await scan(target, window, context.signal);
  const { codec } = encoding;
  const { lines, totalLines } = window.finish(codec === WINDOWS_1252 ? codec.decode : UTF_8.decode);
  if (whole) context.filesSeen.set(target.real, sha256);
  if (bytes === 0) return "[empty file]";
  if (lines.length === 0) {
    const count = whole ? totalLines : `more than ${totalLines}, of which no more are read`;
    throw new ToolFailure(
      "invalid_arguments",
      `${cannot(target.attempt)} from line ${offset}: it has ${count}`,
    );
  }
  const end = whole ? [] : [`[only the first ${bytes} bytes were looked at]`];
  return [
    ...lines.map((line, index) => `${offset + index}\t${shown(line, offset + index)}`),
    ...more(offset + lines.length, totalLines),
    ...end,
    ...encodingNote(encoding),
    ...nameNote(target.attempt, context.cwd),
  ].join("\n");
}

async function scan(target: Target, window: LineWindow, signal: AbortSignal) {
  const watch = new EncodingWatch();
  const onChunk = (chunk: Uint8Array) => {
    const piece = watch.push(chunk);
    if (watch.isBinary) throw binary(target);
    window.push(piece);
  };
  const print = await scanFile(target.real, signal, onChunk).catch(async (error) => {
    signal.throwIfAborted();
    throw error instanceof ToolFailure ? error : await fileFailure(target.attempt, error);
  });
  const encoding = print.bytes === 0 ? PLAIN : watch.finish();
  if (encoding === null) throw binary(target);
  return { ...print, encoding };
}

/** A byte-order mark is no part of the first line, and a byte that is not UTF-8 is shown as U+FFFD. */
function shown(line: string, number: number): string {
  return (number === 1 ? line.replace(/^\ufeff/, "") : line).toWellFormed();
}

function encodingNote(encoding: Encoding): string[] {
  if (encoding.faults > 0) {
    const bytes = encoding.faults === 1 ? "1 byte is" : `${encoding.faults} bytes are`;
    return [`[encoding: UTF-8, but ${bytes} not, shown as U+FFFD; change only what has none, with patch]`];
  }
  if (encoding.codec === UTF_8) return [];
  const guess = encoding.codec === WINDOWS_1252 ? ", or another of one byte a character" : "";
  return [`[encoding: ${encodingName(encoding)}${guess}; patch and write_file keep it]`];
}

/** Another name than the one asked for leads to the same file next time, and for a command only this one does. */
function nameNote({ path, absolute }: Attempt, cwd: string): string[] {
  return absolute === absolutePath(cwd, path) ? [] : [`[its path is spelled ${spelledOut(absolute)}]`];
}

function binary(target: Target): ToolFailure {
  return new ToolFailure("binary", `${cannot(target.attempt)}: it is binary, ${target.bytes} bytes`, {
    hint: "Inspect it with a command such as file, xxd or strings, if you have a terminal",
  });
}

function more(next: number, totalLines: number): string[] {
  return next > totalLines ? [] : [`[${totalLines - next + 1} more lines; go on with offset ${next}]`];
}
