import {
  type CachedTurn,
  type CachingServer,
  shareRead,
  startCachingServer,
} from "../../tests/support/caching_server.ts";
import { BenchHome, run } from "../program.ts";
import type { Row } from "../table.ts";

/** Each wire with a provider that speaks it. */
const WIRES = [["chat", "openai"], ["responses", "openai"], ["messages", "anthropic"]] as const;
const TURNS = 20;
const SIBLINGS = 8;

/** How much of the input a server that keeps prompts has in its cache, on each wire. */
export async function cache(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [api, provider] of WIRES) {
    const alone = await through(api, provider, false);
    const siblings = await through(api, provider, true);
    const keys = new Set(siblings.seen.map(({ key }) => key));
    if (keys.size !== 1) throw new Error(`${keys.size} cache keys in one session, not 1`);
    const children = siblings.seen.filter(({ isChild }) => isChild);
    if (children.length !== SIBLINGS * TURNS) throw new Error(`${children.length} requests of children`);
    rows.push(
      [`${api}: input read from the cache over ${TURNS} turns`, percent(shareRead(alone.seen))],
      [`${api}: the same of ${SIBLINGS} siblings with ${TURNS} turns each`, percent(shareRead(children))],
    );
  }
  return rows;
}

async function through(api: string, provider: string, delegates: boolean): Promise<CachingServer> {
  await using server = await startCachingServer((isChild, turn) => says(isChild || !delegates, turn));
  using home = new BenchHome(server.server.baseUrl, {
    model: { provider, default: "bench" },
    providers: { [provider]: { base_url: server.server.baseUrl, key_env: "none", api } },
  });
  await run(home, ["chat", "-q", "go"]);
  return server;
}

/** Turns with results of about a kilobyte, then a word; or siblings first. */
function says(works: boolean, turn: number): CachedTurn {
  if (!works) {
    const tasks = Array.from({ length: SIBLINGS }, (_, n) => ({
      goal: `count the lines of part ${n}`,
      toolsets: ["terminal", "file"],
    }));
    return turn === 1 ? { name: "delegate_task", args: { tasks } } : "done";
  }
  return turn < TURNS ? { name: "terminal", args: { command: `seq ${turn} 300` } } : "done";
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
