import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { HostGone } from "../../session/control/client.ts";
import { HostFinder } from "../../session/host_finder.ts";
import { recoverHosts } from "../../session/recover_hosts.ts";
import { DATABASE_FILE } from "../../store/open_database.ts";
import { openStore } from "../../store/open_store.ts";
import type { HostRow, Store } from "../../store/store.ts";
import { steadyClock, systemClock } from "../../support/clock.ts";
import { UserError } from "../../support/errors.ts";
import { StoreError } from "../../store/store_error.ts";
import { type Finding, finding, type Patient } from "./finding.ts";

/** Which processes run tasks. What those left that died is seen to: their tasks can be resumed, their sockets are gone. */
export async function checkHosts({ home }: Patient): Promise<readonly Finding[]> {
  if (!existsSync(join(home, DATABASE_FILE))) return [finding("hosts", "ok", "none runs")];
  try {
    const files = controlFiles(home); // before the hosts: one that comes in between is entered before its files are there
    using store = openStore(home, { clock: systemClock });
    return await look(home, store, files);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return [finding("hosts", "warning", "not looked at: the store cannot be used")];
  }
}

async function look(home: string, store: Store, files: readonly ControlFile[]): Promise<readonly Finding[]> {
  const dead = recoverHosts(store, systemClock.now());
  const live = store.hosts.live();
  const left = files.filter(({ hostId }) => !live.some((host) => host.hostId === hostId));
  for (const { path } of left) rmSync(path, { force: true });
  const found = [
    ...dead.hosts.length === 0 ? [] : [deadHosts(dead.hosts, dead.tasks.length)],
    ...left.length === 0 ? [] : [finding("hosts", "ok", `removed ${left.length} stale files in run/`)],
    ...await Promise.all(live.map((host) => ask(home, store, host))),
  ];
  return found.length > 0 ? found : [finding("hosts", "ok", "none runs")];
}

/** A host that listens must answer. */
async function ask(home: string, store: Store, host: HostRow): Promise<Finding> {
  const how = { signal: new AbortController().signal, patience: "look" } as const;
  using finder = new HostFinder({ home, store, clock: steadyClock, signal: how.signal });
  try {
    if (host.socket !== null) await (await finder.connect(host, how)).request("ping", {}, how);
  } catch (error) {
    if (error instanceof UserError) return finding("hosts", "problem", error.message, error.hint);
    if (!(error instanceof HostGone)) throw error; // it comes or leaves
  }
  return finding("hosts", "ok", wordsOf(host));
}

function deadHosts(hosts: readonly HostRow[], tasks: number): Finding {
  const pids = hosts.map(({ pid }) => pid).join(", ");
  const message = `of processes that died (${pids}) ${tasks} ${
    tasks === 1 ? "task is" : "tasks are"
  } interrupted`;
  return finding("hosts", "warning", message, "See: hermes list --status interrupted");
}

function wordsOf({ kind, pid, sessionId, socket }: HostRow): string {
  return `${kind} ${sessionId} runs (pid ${pid})${socket === null ? "" : ", other terminals reach it"}`;
}

interface ControlFile {
  readonly path: string;
  readonly hostId: string;
}

/** The sockets and tokens of hosts, by whose ids they are named. */
function controlFiles(home: string): readonly ControlFile[] {
  const run = join(home, "run");
  if (!existsSync(run)) return [];
  return readdirSync(run).flatMap((name) => {
    const hostId = /^(.+)\.(?:sock|token)$/.exec(name)?.[1];
    return hostId === undefined ? [] : [{ path: join(run, name), hostId }];
  });
}
