import type { ToolCall } from "../protocol/conversation.ts";

/** How many turns with the same calls and the same results are taken for a loop. */
const STUCK_AFTER = 5;

/** Notices an agent that makes the same calls and gets the same results turn after turn. */
export class RepeatWatch {
  #last = "";
  #count = 0;

  /** Told the calls and results of a turn; whether this is the fifth such turn in a row. */
  isStuck(calls: readonly ToolCall[], results: ReadonlyMap<string, string>): boolean {
    const turn = JSON.stringify(
      calls.map((call) => [call.name, call.arguments, timeless(results.get(call.id) ?? "")]),
    );
    this.#count = turn === this.#last ? this.#count + 1 : 1;
    this.#last = turn;
    return this.#count >= STUCK_AFTER;
  }
}

/** A result without how long it took: the same command with the same output is the same, slow or quick. */
function timeless(result: string): string {
  return result.replaceAll(/"duration_s":[\d.]+/g, "");
}
