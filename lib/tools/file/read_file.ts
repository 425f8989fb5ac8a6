import * as z from "zod/mini";
import { ToolFailure } from "../../support/errors.ts";
import type { Tool, ToolContext } from "../tool.ts";
import { cannot, fileFailure } from "./file_failure.ts";
import { LineWindow } from "./line_window.ts";
import prose from "./read_file.md" with { type: "text" };
import { scanFile } from "./scan_file.ts";
import { locateExisting, type Target } from "./target.ts";

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
  const { sha256, bytes } = await scan(target, window, context.signal);
  const { lines, totalLines } = window.finish();
  context.filesSeen.set(target.real, sha256);
  if (bytes === 0) return "[empty file]";
  if (lines.length === 0) {
    throw new ToolFailure(
      "invalid_arguments",
      `${cannot(target.attempt)} from line ${offset}: it has ${totalLines}`,
    );
  }
  return [
    ...lines.map((line, index) => `${offset + index}\t${line}`),
    ...more(offset + lines.length, totalLines),
  ]
    .join("\n");
}

async function scan(target: Target, window: LineWindow, signal: AbortSignal) {
  let isStart = true;
  const onChunk = (chunk: Uint8Array) => {
    if (isStart && isBinary(chunk)) throw binary(target);
    isStart = false;
    window.push(chunk);
  };
  return await scanFile(target.real, signal, onChunk).catch(async (error) => {
    signal.throwIfAborted();
    throw error instanceof ToolFailure ? error : await fileFailure(target.attempt, error);
  });
}

/** How git tells: a null byte among the first 8,000. */
function isBinary(start: Uint8Array): boolean {
  return start.subarray(0, 8000).includes(0);
}

function binary(target: Target): ToolFailure {
  return new ToolFailure("binary", `${cannot(target.attempt)}: it is binary, ${target.bytes} bytes`, {
    hint: "Inspect it with a command such as file, xxd or strings, if you have a terminal",
  });
}

function more(next: number, totalLines: number): string[] {
  return next > totalLines ? [] : [`[${totalLines - next + 1} more lines; go on with offset ${next}]`];
}
