import process from "node:process";
import { systemClock } from "../../lib/support/clock.ts";
import { openStore } from "../../lib/store/open_store.ts";
import type { Store } from "../../lib/store/store.ts";
import { beginIn, endTask, noTrouble, taskRow, thisHost } from "./store_ground.ts";

/** What one process of a test does with a store; each line that it prints is true of the disk when it is printed. */
const ACTS: Readonly<Record<string, (store: Store, argument: string) => void>> = {
  /** Ends tasks and has every second one delivered, until it is killed. */
  write(store) {
    const session = beginIn(store, { hostId: enter(store) });
    say("session", session.sessionId);
    for (let turn = 1;; turn++) {
      const content = `turn ${turn}`;
      session.conversationChanged(null, { from: turn - 1, messages: [{ role: "user", content }] });
      const running = session.newTaskId();
      session.taskChanged(running, () => taskRow(session, running));
      const id = endTask(session, turn);
      say("ended", id);
      if (turn % 2 === 0) continue;
      session.ledger.claim(id, null, "notice");
      session.ledger.confirm(null);
      say("delivered", id, String(turn));
    }
  },
  /** Takes an interrupted task. */
  take(store, taskId) {
    const hostId = enter(store);
    const taken = store.tasks.takeInterrupted(taskId, (task) => ({ ...task, status: "queued", hostId }));
    say(taken === null ? "lost" : "won", hostId);
  },
  /** Looks for dead hosts. */
  recover(store) {
    const { hosts, tasks } = store.recover((task) => ({ ...task, status: "interrupted" }));
    say(String(hosts.length), ...tasks.map(({ taskId }) => taskId));
  },
  /** Prints many new ids. */
  ids(store) {
    const session = beginIn(store, { hostId: enter(store), onTrouble: noTrouble });
    say(session.sessionId, ...Array.from({ length: 100 }, () => session.newTaskId()));
  },
  /** Prints a result for the shell. */
  deliver(store, taskId) {
    say(store.tasks.deliver(taskId, "print") ? "won" : "lost");
  },
};

function enter(store: Store): string {
  const host = thisHost(`h${process.pid}`);
  store.hosts.enter(host);
  return host.hostId;
}

/** Written before it returns, so that whoever kills this process has read all that it had done. */
function say(...words: string[]): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${words.join(" ")}\n`));
}

const [home = "", act = "", argument = ""] = process.argv.slice(2);
say("ready");
Deno.stdin.readSync(new Uint8Array(1)); // all start when the test says so
using store = openStore(home, { clock: systemClock });
ACTS[act]?.(store, argument);
