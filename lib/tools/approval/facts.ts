/** What is known of the files that a command names; what is not yet known is looked up before it is judged again. */
export interface Facts {
  /** Whether there is a file that was there before the session began, so that it is a loss. */
  isOld(path: string): boolean;
  /** Whether there is anything. */
  isThere(path: string): boolean;
  /** What a file holds that an agent wrote: its text; null: nobody has looked at it; undefined: no agent wrote it. */
  scriptOf(path: string): string | null | undefined;
  /** What an absolute path means besides itself, by the links and the names that are there. */
  meaningsOf(path: string): readonly string[];
  /** Whether the command names more paths than are followed. */
  readonly isExhausted: boolean;
  /** Hears of a file that the command writes; fetched: with what comes from elsewhere. */
  writes(path: string, isFetched: boolean): void;
}
