import { existsSync } from "node:fs";
import { join } from "node:path";
import { checkDatabase } from "../../store/check_database.ts";
import { DATABASE_FILE } from "../../store/open_database.ts";
import { openStore } from "../../store/open_store.ts";
import { taskCounts } from "../../store/session_counts.ts";
import { systemClock } from "../../support/clock.ts";
import { formatBytes } from "../render/format_bytes.ts";
import { type Finding, finding, type Patient } from "./finding.ts";

/** Whether what is stored can be read and is sound, and what in it waits for somebody. */
export function checkStore({ home }: Patient): readonly Finding[] {
  const path = join(home, DATABASE_FILE);
  if (!existsSync(path)) return [finding("store", "ok", "nothing is stored yet")];
  using store = openStore(home, { clock: systemClock });
  const { version, faults, bytes, sessions } = checkDatabase(store.database);
  if (faults.length > 0) {
    const hint =
      `Save what can be had (hermes sessions export), then move ${path} away with its -wal and -shm`;
    return [finding("store", "problem", `${path} is damaged: ${faults.join("; ")}`, hint)];
  }
  const counts = [...taskCounts(store.database).values()];
  const undelivered = counts.reduce((sum, each) => sum + each.undelivered, 0);
  const interrupted = counts.reduce((sum, each) => sum + each.interrupted, 0);
  const size = `${sessions} ${sessions === 1 ? "session" : "sessions"}, ${
    formatBytes(bytes)
  }, version ${version}`;
  return [
    finding("store", "ok", `${size}, ${undelivered} ${undelivered === 1 ? "result" : "results"} undelivered`),
    ...interrupted === 0 ? [] : [finding(
      "store",
      "warning",
      `${interrupted} ${interrupted === 1 ? "task is" : "tasks are"} interrupted`,
      "hermes list --status interrupted names them; hermes resume ID lets one go on, hermes cancel ID ends it",
    )],
  ];
}
