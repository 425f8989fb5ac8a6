import { createHash } from "node:crypto";
import { readChunks, readChunksAtOnce } from "../../support/read_chunks.ts";

/** The identity of a file's content. */
export interface Fingerprint {
  readonly bytes: number;
  /** SHA-256, hex. */
  readonly sha256: string;
}

/** No tool looks at more of a file. */
const MAX_SCANNED_BYTES = 1_000_000_000;

/**
 * Reads a file from start to end and gives its fingerprint, which is of the beginning when that is not the `whole`.
 * `onChunk` sees each piece; the memory is reused after it returns. Rejects as {@linkcode readChunks}.
 */
export async function scanFile(
  path: string,
  signal: AbortSignal,
  onChunk: (chunk: Uint8Array) => void = () => {},
): Promise<Fingerprint & { readonly whole: boolean }> {
  const hash = createHash("sha256");
  const extent = await readChunks(path, {
    signal,
    maxBytes: MAX_SCANNED_BYTES,
    onChunk: (chunk) => {
      hash.update(chunk);
      onChunk(chunk);
    },
  });
  return { ...extent, sha256: hash.digest("hex") };
}

/** The fingerprint of a file, with nothing else happening in this thread meanwhile. Throws the system's error. */
export function scanFileAtOnce(path: string): Fingerprint {
  const hash = createHash("sha256");
  const onChunk = (chunk: Uint8Array) => void hash.update(chunk);
  const { bytes } = readChunksAtOnce(path, { maxBytes: MAX_SCANNED_BYTES, onChunk });
  return { bytes, sha256: hash.digest("hex") };
}

/** The fingerprint of bytes in memory. */
export function fingerprint(content: Uint8Array): Fingerprint {
  return { bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") };
}
