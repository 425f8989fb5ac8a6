import type { AgentEvent } from "../protocol/agent_events.ts";
import type { Redactor, TextStream } from "../support/redact.ts";

type Delta = Extract<AgentEvent, { type: "text" | "reasoning" }>;

/** The events of one agent without secrets. What it says in a turn is searched as one text, whatever pieces it comes in. */
export class RedactedEvents {
  readonly #redactor: Redactor;
  #saying: { readonly type: Delta["type"]; readonly stream: TextStream } | null = null;

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** Takes the next event; returns those that are certain by now, in order. */
  push(event: AgentEvent): readonly AgentEvent[] {
    if (event.type !== "text" && event.type !== "reasoning") {
      return [...this.end(), this.#redactor.value(event)];
    }
    const before = this.#saying?.type === event.type ? [] : this.end();
    this.#saying ??= { type: event.type, stream: this.#redactor.stream() };
    return [...before, ...deltas(event.type, this.#saying.stream.push(event.delta))];
  }

  /** Returns what was held back, when the agent says nothing more. */
  end(): readonly AgentEvent[] {
    const saying = this.#saying;
    this.#saying = null;
    return saying === null ? [] : deltas(saying.type, saying.stream.end());
  }
}

function deltas(type: Delta["type"], delta: string): Delta[] {
  return delta === "" ? [] : [{ type, delta }];
}
