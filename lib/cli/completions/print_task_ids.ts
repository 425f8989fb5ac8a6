import { existsSync } from "node:fs";
import { join } from "node:path";
import { hermesHome } from "../../config/home.ts";
import { snapshotOf } from "../../session/task_rows.ts";
import { DATABASE_FILE } from "../../store/open_database.ts";
import { openStore } from "../../store/open_store.ts";
import type { StoredTask } from "../../store/store.ts";
import { systemClock } from "../../support/clock.ts";
import { EXIT } from "../exit_codes.ts";
import type { Io } from "../io.ts";
import { oneLine } from "../render/text.ts";
import { headOf } from "../../support/cut_text.ts";

/** More than that nobody chooses from. */
const MAX_TASKS = 100;
const ABOUT_CHARS = 60;

/**
 * Prints the tasks that are not over or were not collected, the newest first: id, tab, what it is about. Whatever goes
 * wrong, nothing is said: a person is typing.
 */
export function printTaskIds(io: Io): number {
  try {
    const home = hermesHome(io.env);
    if (!existsSync(join(home, DATABASE_FILE))) return EXIT.done;
    using store = openStore(home, { clock: systemClock });
    const tasks = store.tasks.list({ isOpen: true }).toReversed().slice(0, MAX_TASKS);
    io.stdout.write(tasks.map(lineOf).join(""));
  } catch {
    // No completion is better than an error in the middle of a line.
  }
  return EXIT.done;
}

function lineOf(task: StoredTask): string {
  const about = headOf(oneLine(`${task.status}: ${snapshotOf(task).spec.goal}`), ABOUT_CHARS);
  return `${task.taskId}\t${about}\n`;
}
