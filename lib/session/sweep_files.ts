import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { spillRoot } from "../store/spill_paths.ts";
import type { Store } from "../store/store.ts";
import { SESSION_ID, TASK_ID } from "../support/ids.ts";

/** How many files one step looks at. */
const FILES_AT_ONCE = 100;

/**
 * Removes the files in spill/ whose session or task is not stored any more, and logs, that were not touched since
 * `before`. In steps, so that whoever runs it can do something else in between.
 */
export function* sweepFiles(store: Store, home: string, before: number): Generator<void> {
  for (const [folder, isLeft] of [[spillRoot(home), isOrphan], [join(home, "logs"), () => true]] as const) {
    const names = namesIn(folder);
    for (let from = 0; from < names.length; from += FILES_AT_ONCE) {
      const left = names.slice(from, from + FILES_AT_ONCE).filter((name) => isLeft(store, name));
      for (const name of left) removeOld(join(folder, name), before);
      yield;
    }
  }
}

/** Whether it is named after a session or a task that is not stored. What has another name is not ours. */
function isOrphan(store: Store, name: string): boolean {
  if (SESSION_ID.test(name)) return store.session(name) === undefined;
  const taskId = name.replace(/\.md$/, "");
  return taskId !== name && TASK_ID.test(taskId) && store.tasks.get(taskId) === undefined;
}

function removeOld(path: string, before: number): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found !== undefined && found.mtimeMs < before) rmSync(path, { recursive: true, force: true });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // nothing was ever put there
  }
}
