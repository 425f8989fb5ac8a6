import { callTools, raw, type Reply, say, status } from "../../tests/support/scripted_reply.ts";
import {
  type RecordedRequest,
  type ScriptedServer,
  startScriptedServer,
} from "../../tests/support/scripted_server.ts";

/** What a server with limits says to a request before its answer; null: it answers. */
export type Limit = (request: RecordedRequest, now: number) => Reply | null;

/** What came of a request: answered, refused over a limit, or its stream was dropped. */
export interface Seen {
  readonly at: number;
  readonly key: string;
  readonly what: "answered" | "refused" | "dropped";
}

/** A server whose children take `turns` requests each, behind a limit, that drops some streams. */
export interface LimitedServer extends AsyncDisposable {
  readonly server: ScriptedServer;
  readonly seen: readonly Seen[];
}

const LATENCY_MS = 100;

/** Starts it; `dropShare` of the streams end in the middle, drawn by `random`. */
export async function startLimitedServer(
  limit: Limit,
  { turns = 3, dropShare = 0, random = Math.random }: {
    readonly turns?: number;
    readonly dropShare?: number;
    readonly random?: () => number;
  } = {},
): Promise<LimitedServer> {
  const seen: Seen[] = [];
  const server = await startScriptedServer((request) => {
    const now = performance.now();
    const note = (what: Seen["what"]) =>
      seen.push({ at: now, key: String(request.headers.authorization ?? ""), what });
    const refusal = limit(request, now);
    if (refusal !== null) {
      note("refused");
      return refusal;
    }
    if (random() < dropShare) {
      note("dropped");
      return dropped();
    }
    note("answered");
    return answer(request, turns);
  });
  return { server, seen, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** A refusal that asks for so long a wait. */
export function tooMany(waitMs: number): Reply {
  return status(429, { error: { message: "Rate limit reached" } }, {
    "retry-after-ms": String(Math.ceil(waitMs)),
  });
}

function answer({ body }: RecordedRequest, turns: number): Reply {
  const turn = body.messages.filter(({ role }) => role === "assistant").length + 1;
  if (turn < turns) {
    return callTools([{ name: "terminal", args: { command: `echo ${turn}` } }], { delayMs: LATENCY_MS });
  }
  return say("the summary", { delayMs: LATENCY_MS });
}

/** A stream that breaks off after its first words. */
function dropped(): Reply {
  return raw((response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: "the" } }] })}\n\n`);
    setTimeout(() => response.destroy(), LATENCY_MS / 2);
  });
}

/** So many requests a second after a burst; each refusal tells the wait until the next one, in whole seconds if so asked. */
export function tokenBucket(
  { perSecond, burst, isInSeconds = false }: {
    readonly perSecond: number;
    readonly burst: number;
    readonly isInSeconds?: boolean;
  },
): Limit {
  let tokens = burst;
  let filledAt: number | null = null;
  return (_request, now) => {
    tokens = Math.min(burst, tokens + (now - (filledAt ?? now)) / 1000 * perSecond);
    filledAt = now;
    if (tokens < 1) {
      const seconds = (1 - tokens) / perSecond;
      return tooMany((isInSeconds ? Math.ceil(seconds) : seconds) * 1000);
    }
    tokens -= 1;
    return null;
  };
}

/** A source of numbers in [0, 1) that is the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
