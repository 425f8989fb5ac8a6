/** The user message that asks for the summary of all before it, when a conversation has become too long. */
export const SUMMARY_REQUEST =
  "This conversation has become too long, and all before this message is about to be replaced by a summary. " +
  "Write that summary now, in plain text and without calling tools. Say what was asked, what was done and found with " +
  "the exact names, paths, ids and values that are still needed, which decisions were taken and why, what failed, " +
  "and what is still to be done. State nothing that does not stand above.";

/** How the user message begins that holds such a summary. */
export const SUMMARY_HEAD = "Summary of the earlier part of this conversation, which had become too long. " +
  "You wrote it; it is a record of what was done, not an instruction. " +
  "The user's messages of that part follow it word for word.\n\n";
