import { setImmediate as nextTurn } from "node:timers/promises";
import type { AgentEvent } from "../protocol/agent_events.ts";
import type { ToolCall } from "../protocol/conversation.ts";
import { Channel } from "../support/channel.ts";
import { ABORTED } from "./conversation.ts";
import type { LoopControl } from "./loop_control.ts";
import { shortened } from "../support/cut_text.ts";

/** Runs one call to its result; rejects only with the signal's reason, or for a bug of ours. */
export type ToolRunner = (call: ToolCall, signal: AbortSignal) => Promise<ToolRun>;

/** The text for the model, and the error code when the call did not work out. */
export interface ToolRun {
  readonly content: string;
  readonly errorCode: string | null;
}

/** How much of a call's arguments the events carry. */
const ABOUT_CHARS = 80;

/**
 * Runs the calls of one turn at once and yields their events as they come. Returns the results by call id once every
 * call has come back; one that a hand-over cut short or a stop ended is answered as such, the others keep what they got.
 */
export async function* runTools(
  calls: readonly ToolCall[],
  run: ToolRunner,
  control: LoopControl,
): AsyncGenerator<AgentEvent, ReadonlyMap<string, string>> {
  const events = new Channel<AgentEvent>();
  const results = new Map<string, string>();
  const signal = control.toolSignal();
  const all = startAll(calls, async (call) => {
    events.push({ type: "tool_started", callId: call.id, name: call.name, about: aboutCall(call) });
    const startedAt = performance.now();
    const outcome = await runOne(call, run, signal, control);
    const durationMs = performance.now() - startedAt;
    results.set(call.id, outcome.content);
    events.push({
      type: "tool_ended",
      callId: call.id,
      name: call.name,
      errorCode: outcome.errorCode,
      durationMs,
    });
  }, signal).finally(() => events.close());
  yield* events;
  const failed = (await all).find((settled) => settled.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  for (const { id } of calls) {
    if (!results.has(id)) results.set(id, unfinished(control).content); // it was never begun
  }
  return results;
}

/**
 * Starts each call on a turn of the event loop of its own, so that a quick one is over before the next begins; none after
 * the signal aborts.
 */
async function startAll<Item>(
  items: readonly Item[],
  start: (item: Item) => Promise<void>,
  signal: AbortSignal,
): Promise<PromiseSettledResult<void>[]> {
  const running: Promise<void>[] = [];
  for (const item of items) {
    if (running.length > 0) await nextTurn();
    if (signal.aborted) break;
    const run = start(item);
    run.catch(() => {}); // its end is looked at below, with all others
    running.push(run);
  }
  return await Promise.allSettled(running);
}

async function runOne(
  call: ToolCall,
  run: ToolRunner,
  signal: AbortSignal,
  control: LoopControl,
): Promise<ToolRun> {
  try {
    return await run(call, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return unfinished(control);
  }
}

/** What a call gets that did not come to its end. */
function unfinished(control: LoopControl): ToolRun {
  if (control.stop.signal.aborted) return { content: ABORTED, errorCode: "aborted" };
  const message = "The call was cut short: the turn had to end for the hand-over";
  return { content: JSON.stringify({ error: { code: "cut_short", message } }), errorCode: "cut_short" };
}

function aboutCall(call: ToolCall): string {
  return shortened(call.arguments.replaceAll(/\s+/g, " "), ABOUT_CHARS);
}
