/**
 * Cuts a text to at most `limit` characters: its head and its tail, and between them what `note` says of the number of
 * characters left out. A text that fits stays as it is; the note alone may be longer than the limit.
 */
export function cutMiddle(text: string, limit: number, note: (left: number) => string): string {
  if (text.length <= limit) return text;
  const room = Math.max(0, limit - note(text.length).length);
  const head = Math.ceil(room / 2);
  const tail = room - head;
  const cut = text.slice(0, head) + note(text.length - room) + (tail === 0 ? "" : text.slice(-tail));
  return cut.toWellFormed();
}
