const COMMANDS = `I obey these commands and nothing else:
  delegate: GOAL; GOAL             start a task for each goal, in the background
  delegate and wait: GOAL; GOAL    the same, and wait for what they say
  list, check ID, collect ID, cancel ID, steer ID MESSAGE
  run: COMMAND, read: PATH, write: PATH TEXT, wait: SECONDS, ask: QUESTION, say: TEXT
Join them by "then"; a goal is made of the same. Double quotes keep ; and "then" in a text.`;

/** What the model says to a text that is no command: what it is, and what it understands. */
export function introduction(fault: string): string {
  return `I am the offline model: deterministic, no reasoning. ${fault}. ${COMMANDS}`;
}
