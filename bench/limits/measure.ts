import { BenchHome } from "../program.ts";
import {
  type Limit,
  type LimitedServer,
  seeded,
  startLimitedServer,
  tokenBucket,
  tooMany,
} from "./limited_server.ts";

/** How `hermes delegate` came through. */
export interface Delegated {
  readonly durationMs: number;
  readonly completed: number;
}

/** Delegates so many goals at once, with these keys if any. */
async function delegate(
  { server }: LimitedServer,
  goals: number,
  keys: readonly string[] = [],
): Promise<Delegated> {
  const names = keys.map((_, index) => `KEY_${index + 1}`);
  using home = new BenchHome(server.baseUrl, {
    providers: { bench: { base_url: server.baseUrl, key_env: names.length === 0 ? "none" : names } },
    credential_pool_strategies: { bench: "round_robin" },
  });
  home.write(".env", keys.map((key, index) => `${names[index]}=${key}\n`).join(""));
  const startedAt = performance.now();
  const program = home.start([
    "delegate",
    "-Q",
    "--json",
    ...Array.from({ length: goals }, (_, n) => `goal ${n}`),
  ]);
  const [{ stdout }] = await Promise.all([program.output(), program.stdin.close()]);
  const { results } = JSON.parse(new TextDecoder().decode(stdout));
  const completed = results.filter(({ status }: { status: string }) => status === "completed").length;
  return { durationMs: performance.now() - startedAt, completed };
}

const TASKS = 50;

/** 50 tasks of three requests on a server with a token bucket that drops 5 % of the streams. */
export async function throughTokenBucket(
  isInSeconds: boolean,
): Promise<{ ratio: number; refused: number } & Delegated> {
  const perSecond = 20;
  const limit = tokenBucket({ perSecond, burst: 10, isInSeconds });
  await using server = await startLimitedServer(limit, { dropShare: 0.05, random: seeded(1) });
  const delegated = await delegate(server, TASKS);
  const letIn = server.seen.filter(({ what }) => what !== "refused").length;
  return {
    ...delegated,
    ratio: delegated.durationMs / (letIn / perSecond * 1000),
    refused: server.seen.length - letIn,
  };
}

const PAUSE_MS = 300;
/** What was sent before the refusal could be read counts as in flight. */
const IN_FLIGHT_MS = 40;

/** 50 tasks on a server that refuses 30 % of the requests at random with the same Retry-After. */
export async function throughRandomRefusals(): Promise<
  Delegated & { pauses: number; inside: number; together: number }
> {
  const random = seeded(2);
  const limit: Limit = () => random() < 0.3 ? tooMany(PAUSE_MS) : null;
  await using server = await startLimitedServer(limit, { turns: 2 });
  const delegated = await delegate(server, TASKS);
  return { ...delegated, ...pausesIn(server.seen) };
}

/** How many requests came inside a pause, and the most that came within 10 ms after one. */
function pausesIn(seen: LimitedServer["seen"]): { pauses: number; inside: number; together: number } {
  let until = -Infinity;
  let inside = 0;
  const ends: number[] = [];
  for (const { at, what } of seen) {
    const since = at - (until - PAUSE_MS);
    if (at < until && since > IN_FLIGHT_MS) inside++;
    if (what !== "refused") continue;
    if (at >= until) ends.push(at + PAUSE_MS);
    until = Math.max(until, at + PAUSE_MS);
  }
  const together = ends.map((end) => {
    const first = seen.find(({ at }) => at >= end)?.at ?? Infinity;
    return seen.filter(({ at }) => at >= first && at < first + 10).length;
  });
  return { pauses: ends.length, inside, together: Math.max(0, ...together) };
}

const KEYS = ["sk-bench-1", "sk-bench-2", "sk-bench-3"];
const PER_KEY = 8;

/** Requests a second over three keys with a limit each, with all of them and with one exhausted. */
export async function throughThreeKeys(): Promise<{ all: number; two: number; completed: number }> {
  const all = await throughKeys(KEYS, null);
  const two = await throughKeys(KEYS, "sk-bench-2");
  return { all: all.perSecond, two: two.perSecond, completed: Math.min(all.completed, two.completed) };
}

async function throughKeys(keys: readonly string[], exhausted: string | null) {
  const buckets = new Map(keys.map((key) => [key, tokenBucket({ perSecond: PER_KEY, burst: 2 })]));
  const limit: Limit = (request, now) => {
    const key = String(request.headers.authorization).replace(/^Bearer /, "");
    return key === exhausted ? tooMany(3_600_000) : buckets.get(key)?.(request, now) ?? null;
  };
  await using server = await startLimitedServer(limit);
  const { durationMs, completed } = await delegate(server, TASKS, keys);
  const answered = server.seen.filter(({ what }) => what === "answered").length;
  return { completed, perSecond: answered / (durationMs / 1000) };
}
