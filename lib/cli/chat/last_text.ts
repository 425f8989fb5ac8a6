import type { EventLog } from "../../session/event_log.ts";

/** The text of the last turn of the session's own agent, as far as it has come. */
export class LastText implements Disposable {
  readonly #subscription: Disposable;
  #text = "";

  constructor(events: EventLog) {
    this.#subscription = events.subscribe((event) => {
      if (event.task_id !== undefined) return;
      if (event.type === "turn.started" || event.type === "error") this.#text = "";
      if (event.type === "text.delta") this.#text += event.delta;
    });
  }

  get text(): string {
    return this.#text;
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }
}
