import { existsSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { lastRetention } from "../../session/retention.ts";
import { checkDatabase } from "../../store/check_database.ts";
import { DATABASE_FILE } from "../../store/open_database.ts";
import { openStore } from "../../store/open_store.ts";
import { taskCounts } from "../../store/session_counts.ts";
import { spillRoot } from "../../store/spill_paths.ts";
import type { Store } from "../../store/store.ts";
import { systemClock } from "../../support/clock.ts";
import { formatDuration } from "../render/format.ts";
import { formatBytes } from "../render/format_bytes.ts";
import { type Finding, finding, type Patient } from "./finding.ts";

/** Whether what is stored can be read and is sound, and what in it waits for somebody. */
export function checkStore({ home, loaded }: Patient): readonly Finding[] {
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
  const size = [
    counted(sessions, "session"),
    formatBytes(bytes),
    `${formatBytes(bytesIn(spillRoot(home)))} in spill/`,
    `version ${version}`,
  ].join(", ");
  return [
    finding("store", "ok", `${size}, ${counted(undelivered, "result")} undelivered`),
    ...loaded === null ? [] : [retention(store, loaded.config.sessions.retention_days)],
    ...interrupted === 0 ? [] : [finding(
      "store",
      "warning",
      `${interrupted} ${interrupted === 1 ? "task is" : "tasks are"} interrupted`,
      "hermes list --status interrupted names them; hermes resume ID lets one go on, hermes cancel ID ends it",
    )],
  ];
}

/** For how long what is kept stays, and when that was last seen to. */
function retention(store: Store, days: number | null): Finding {
  if (days === null) {
    const message = "sessions are kept until you remove them";
    return finding(
      "store",
      "ok",
      message,
      "To have old ones removed: hermes config set sessions.retention_days 90",
    );
  }
  const last = lastRetention(store);
  const ago = last === null ? "not yet" : `${formatDuration((systemClock.now() - last) / 1000)} ago`;
  const message = `sessions are removed ${counted(days, "day")} after their last sign of life`;
  return finding(
    "store",
    "ok",
    `${message}, but for what is not over or not delivered; last looked for: ${ago}`,
  );
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** Of all files in a directory and below it; what goes away meanwhile does not count. */
function bytesIn(folder: string): number {
  if (!existsSync(folder)) return 0;
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const sizes = names.map((name) => lstatSync(join(folder, name), { throwIfNoEntry: false }));
  return sizes.reduce((sum, found) => sum + (found?.isFile() ? found.size : 0), 0);
}
