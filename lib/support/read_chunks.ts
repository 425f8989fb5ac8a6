import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { Buffer } from "node:buffer";
import { codeOf } from "./file_state.ts";
import { orAborted } from "./or_aborted.ts";

/** How much of a file was read. */
export interface Extent {
  readonly bytes: number;
  /** Whether that was all of it. */
  readonly whole: boolean;
}

/** How a file is to be read. */
export interface Reading {
  readonly signal: AbortSignal;
  /** No more than so many bytes. */
  readonly maxBytes: number;
  /** Sees each piece; the memory is reused after it returns. */
  readonly onChunk: (chunk: Uint8Array) => void;
}

/** A text that is larger is not held in memory. */
export const MAX_TEXT_BYTES = 20_000_000;
/** More than rules and settings need. */
const CONFIGURATION_BYTES = 1_000_000;
/** How much of a file is in memory at once. */
const CHUNK_BYTES = 256 * 1024;
/** Of a file that claims to be empty and is not: the system makes such up as they are read, some without an end. */
const MADE_UP_BYTES = 1_000_000;
const MADE_UP_CHUNK_BYTES = 16 * 1024;
/** Whoever opens a pipe, or reads a file of the system that has nothing yet, does not wait for it. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * Reads a file from its start, in pieces. Rejects with the system's error, with what `onChunk` throws, or with the
 * signal's reason at once, even while the system does not answer. What is no file is the system's error `EISDIR` or `ENXIO`.
 */
export async function readChunks(path: string, { signal, maxBytes, onChunk }: Reading): Promise<Extent> {
  signal.throwIfAborted();
  const opening = open(path, FLAGS);
  let pending: Promise<unknown> | null = opening;
  const answer = async <T>(work: Promise<T>) => {
    pending = work;
    const result = await orAborted(work, signal);
    pending = null;
    return result;
  };
  try {
    const file = await answer(opening);
    const { most, buffer, size } = roomFor(await answer(file.stat()), maxBytes);
    for (let bytes = 0;;) {
      signal.throwIfAborted();
      const bytesRead = await answer(read(file, buffer));
      const chunk = buffer.subarray(0, Math.min(bytesRead, most - bytes));
      if (chunk.length > 0) onChunk(chunk);
      bytes += chunk.length;
      if (bytesRead !== chunk.length) return { bytes, whole: false };
      if (bytesRead === 0 || (bytes === size && bytesRead < buffer.length)) return { bytes, whole: true };
    }
  } finally {
    const closing = closeAfter(pending, opening);
    if (!signal.aborted || pending === null) await closing;
  }
}

/** The same with nothing else happening in this thread meanwhile. Throws the system's error. */
export function readChunksAtOnce(path: string, { maxBytes, onChunk }: Omit<Reading, "signal">): Extent {
  const file = openSync(path, FLAGS);
  try {
    const { most, buffer } = roomFor(fstatSync(file), maxBytes);
    for (let bytes = 0;;) {
      const bytesRead = readSync(file, buffer, 0, buffer.length, null);
      const chunk = buffer.subarray(0, Math.min(bytesRead, most - bytes));
      if (chunk.length > 0) onChunk(chunk);
      bytes += chunk.length;
      if (bytesRead !== chunk.length) return { bytes, whole: false };
      if (bytesRead === 0) return { bytes, whole: true };
    }
  } finally {
    closeSync(file);
  }
}

/** The beginning of a file, up to `maxBytes`, and whether that is all of it. Rejects as {@linkcode readChunks}. */
export async function readStart(
  path: string,
  { signal, maxBytes }: Omit<Reading, "onChunk">,
): Promise<{ readonly content: Uint8Array; readonly whole: boolean }> {
  const chunks: Uint8Array[] = [];
  const onChunk = (chunk: Uint8Array) => void chunks.push(chunk.slice());
  const { whole } = await readChunks(path, { signal, maxBytes, onChunk });
  return { content: Buffer.concat(chunks), whole };
}

interface Room {
  readonly most: number;
  readonly buffer: Uint8Array;
  /** What the file claims to have. */
  readonly size: number;
}

/** No more than the file needs: a search opens thousands. */
function roomFor(entry: Stats, maxBytes: number): Room {
  if (!entry.isFile()) {
    throw Object.assign(new Error("it is no file"), { code: entry.isDirectory() ? "EISDIR" : "ENXIO" });
  }
  const isMadeUp = entry.size === 0;
  const bytes = isMadeUp ? MADE_UP_CHUNK_BYTES : Math.min(CHUNK_BYTES, entry.size + 1);
  const most = isMadeUp ? Math.min(maxBytes, MADE_UP_BYTES) : maxBytes;
  return { most, buffer: new Uint8Array(bytes), size: entry.size };
}

/** What the system has nothing of at the moment ends there. */
async function read(file: FileHandle, buffer: Uint8Array): Promise<number> {
  try {
    return (await file.read(buffer, 0, buffer.length, null)).bytesRead;
  } catch (error) {
    if (codeOf(error) === "EAGAIN") return 0;
    throw error;
  }
}

/** A file that is still being read cannot be closed. */
async function closeAfter(last: Promise<unknown> | null, opening: Promise<FileHandle>): Promise<void> {
  const file = await Promise.allSettled([opening, last]).then(([opened]) => opened);
  if (file.status === "fulfilled") await file.value.close();
}

/** The beginning of a small file that is configuration; "" for one that is not there or cannot be read. */
export async function readText(path: string, signal: AbortSignal): Promise<string> {
  const read = await readStart(path, { signal, maxBytes: CONFIGURATION_BYTES }).catch(() => null);
  signal.throwIfAborted();
  return read === null ? "" : new TextDecoder("utf-8", { ignoreBOM: true }).decode(read.content);
}
