import { headOf, tailOf } from "./cut_text.ts";

/**
 * Cuts a text to at most `limit` characters: its head and its tail, and between them what `note` says of the number of
 * characters left out. A text that fits stays as it is; the note alone may be longer than the limit.
 */
export function cutMiddle(text: string, limit: number, note: (left: number) => string): string {
  if (text.length <= limit) return text;
  const room = Math.max(0, limit - note(text.length).length);
  const chars = Math.ceil(room / 2);
  const head = headOf(text, chars);
  const tail = tailOf(text, room - chars);
  return head + note(text.length - head.length - tail.length) + tail;
}
