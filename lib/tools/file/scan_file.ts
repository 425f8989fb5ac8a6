import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { open } from "node:fs/promises";

/** The identity of a file's content. */
export interface Fingerprint {
  readonly bytes: number;
  /** SHA-256, hex. */
  readonly sha256: string;
}

/** How much of a file is in memory at once. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Reads a file from start to end and gives its fingerprint. `onChunk` sees each piece; the memory is reused after it
 * returns. Rejects with the system's error, with what `onChunk` throws, or with the signal's reason.
 */
export async function scanFile(
  path: string,
  signal: AbortSignal,
  onChunk: (chunk: Uint8Array) => void = () => {},
): Promise<Fingerprint> {
  await using file = await open(path, "r");
  const hash = createHash("sha256");
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (let bytes = 0;;) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) return { bytes, sha256: hash.digest("hex") };
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    onChunk(chunk);
    bytes += bytesRead;
  }
}

/** The fingerprint of a file, with nothing else happening in this thread meanwhile. Throws the system's error. */
export function scanFileAtOnce(path: string): Fingerprint {
  const file = openSync(path, "r");
  try {
    const hash = createHash("sha256");
    const buffer = new Uint8Array(CHUNK_BYTES);
    for (let bytes = 0;;) {
      const bytesRead = readSync(file, buffer, 0, buffer.length, null);
      if (bytesRead === 0) return { bytes, sha256: hash.digest("hex") };
      hash.update(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
    }
  } finally {
    closeSync(file);
  }
}

/** The fingerprint of bytes in memory. */
export function fingerprint(content: Uint8Array): Fingerprint {
  return { bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") };
}
