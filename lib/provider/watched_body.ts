/** What a decoder of event streams reads of a response. */
export interface WatchedResponse {
  readonly headers: Headers;
  readonly body: { getReader(): WatchedReader };
}

/** The part of a stream reader that the decoder uses. */
export interface WatchedReader {
  read(): Promise<ReadableStreamReadResult<Uint8Array>>;
  cancel(): Promise<void>;
  releaseLock(): void;
}

/**
 * A response whose reader tells how many bytes came, keep-alive comments included. It wraps the reader, as a
 * TransformStream would cost a queue and two promises for each chunk. What `onBytes` throws ends the reading.
 */
export function watchBody(response: Response, onBytes: (count: number) => void): WatchedResponse | null {
  const { body, headers } = response;
  if (body === null) return null;
  return { headers, body: { getReader: () => watchReader(body.getReader(), onBytes) } };
}

/** The text of a body, about `maxBytes` of it at most. */
export async function readText(watched: WatchedResponse | null, maxBytes: number): Promise<string> {
  if (watched === null) return "";
  const reader = watched.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let count = 0; count < maxBytes;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    count += value.byteLength;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}

function watchReader(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  onBytes: (count: number) => void,
): WatchedReader {
  return {
    async read() {
      const result = await reader.read();
      if (!result.done) onBytes(result.value.byteLength);
      return result;
    },
    cancel: () => reader.cancel(),
    releaseLock: () => reader.releaseLock(),
  };
}
