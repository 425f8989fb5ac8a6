import type { AgentEvent } from "../protocol/agent_events.ts";
import { addUsage, NO_USAGE, type TokenUsage } from "../protocol/conversation.ts";
import type { WaitingFor } from "../protocol/task_view.ts";
import { LineRing } from "../support/bounded_log.ts";

/** What a task has done so far, folded from its child's events and from its requests. */
export class Progress {
  readonly output = new LineRing();
  turn = 0;
  usage: TokenUsage = NO_USAGE;
  /** US dollars; null until a price was known. */
  costUsd: number | null = null;
  lastActivityAt: number;
  /** Why the child stands still at the moment. */
  waitingFor: WaitingFor = null;
  readonly #tools = new Map<string, string>();

  /** `now` in milliseconds since the epoch. */
  constructor(now: number) {
    this.lastActivityAt = now;
  }

  /** The tool that was begun last and still runs. */
  get currentTool(): string | null {
    return [...this.#tools.values()].at(-1) ?? null;
  }

  /** Takes in one event of the child. */
  fold(event: AgentEvent, now: number): void {
    this.lastActivityAt = now;
    if (event.type === "turn_started") this.turn = event.turn;
    if (event.type === "text") this.output.push(event.delta);
    if (event.type === "turn_ended" && this.output.lineCount > 0) this.output.push("\n");
    if (event.type === "tool_started") {
      this.#tools.set(event.callId, event.name);
      this.output.push(`[${event.name}] ${event.about}\n`);
    }
    if (event.type === "tool_ended") this.#tools.delete(event.callId);
  }

  /** Adds what a request was billed. */
  addUsage(usage: TokenUsage, costUsd: number | null): void {
    this.usage = addUsage(this.usage, usage);
    if (costUsd !== null) this.costUsd = (this.costUsd ?? 0) + costUsd;
  }
}
