/** The hidden command by which completion scripts ask for task ids. */
export const TASK_IDS_COMMAND = "__tasks";
