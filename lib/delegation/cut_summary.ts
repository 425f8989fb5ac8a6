import { cutMiddle } from "../support/cut_middle.ts";

/** The most characters of summaries in one tool result (contract §2). */
const RESULT_CHARS = 48_000;

/** What each of `sharing` summaries may take of one tool result, at most `maxChars`. */
export function shareOf(sharing: number, maxChars: number): number {
  return Math.min(maxChars, Math.floor(RESULT_CHARS / Math.max(1, sharing)));
}

/** A summary as a reply carries it. */
export interface CutSummary {
  readonly summary: string | null;
  readonly summary_truncated: boolean;
  readonly summary_path?: string;
}

/** Cuts a summary to `limit` characters, head and tail kept; the whole goes to a file, which the cut names. */
export function cutSummary(
  whole: string | null,
  limit: number,
  save: (whole: string) => string | null,
): CutSummary {
  if (whole === null || whole.length <= limit) return { summary: whole, summary_truncated: false };
  const path = save(whole);
  const note = (left: number) =>
    `\n[… ${left} characters left out${path === null ? "" : `; the whole is in ${path}`} …]\n`;
  return {
    summary: cutMiddle(whole, limit, note),
    summary_truncated: true,
    ...(path === null ? {} : { summary_path: path }),
  };
}
