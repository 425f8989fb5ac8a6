import { Buffer } from "node:buffer";
import { UserError } from "../support/errors.ts";
import { codeOf, fileState } from "../support/file_state.ts";
import { readChunksAtOnce } from "../support/read_chunks.ts";
import { EXIT_CONFIG } from "./home.ts";

/** More than any of our own files has. */
const MAX_BYTES = 4_000_000;

/**
 * The text of one of our own files, null when there is none. Throws {@linkcode UserError} when it is there and cannot be
 * read, is no file, or is larger than any of ours; never waits for who may write it.
 */
export function readIfThere(path: string): string | null {
  try {
    const chunks: Uint8Array[] = [];
    const onChunk = (chunk: Uint8Array) => void chunks.push(chunk.slice());
    const { whole } = readChunksAtOnce(path, { maxBytes: MAX_BYTES, onChunk });
    if (!whole) throw cannotRead(path, `it is larger than ${MAX_BYTES} bytes`);
    return Buffer.concat(chunks).toString("utf8");
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (codeOf(error) === "ENOENT") return null;
    throw cannotRead(path, fileState(error), error);
  }
}

function cannotRead(path: string, state: string, cause?: unknown): UserError {
  return new UserError(`Cannot read "${path}": ${state}`, { exitCode: EXIT_CONFIG, cause });
}
