import { EventLines } from "./event_lines.ts";
import type { Lease } from "./provider.ts";
import { type Sent, SentAnswer } from "./sent_answer.ts";
import type { WatchedResponse } from "./watched_body.ts";

/**
 * What comes in an answer: chunks of an event stream, or one document of JSON, whatever the server calls it. Keep-alives
 * and all else that is neither JSON nor an error are skipped. Throws {@linkcode ProviderError} for an answer of nothing
 * else, and SyntaxError for JSON that is broken.
 */
export async function* sentIn(watched: WatchedResponse | null, lease: Lease): AsyncGenerator<Sent> {
  if (watched === null) return;
  const reader = watched.body.getReader();
  const decoder = new TextDecoder(); // drops a byte order mark
  const lines = new EventLines();
  const answer = new SentAnswer();
  try {
    for (let isOver = false; !isOver && !answer.isDone;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        if (isWholeAlready(answer, lines)) return { done: true, value: undefined } as const;
        throw error;
      });
      isOver = done;
      const blocks = lines.feed(done ? decoder.decode() : decoder.decode(value, { stream: true }));
      for (const block of blocks) for (const sent of answer.take(block)) yield sent;
    }
    for (const block of lines.end()) for (const sent of answer.take(block)) yield sent;
    for (const sent of answer.end(lease)) yield sent;
  } finally {
    reader.cancel().catch(() => {}); // of what has failed or was aborted
  }
}

/** Whether all of a document came before its line broke, as where a header promised more bytes than there are. */
function isWholeAlready(answer: SentAnswer, lines: EventLines): boolean {
  for (const block of lines.end()) if (block.type === "stray") answer.take(block);
  return answer.isWholeDocument;
}
