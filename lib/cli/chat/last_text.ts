import type { EventLog } from "../../session/event_log.ts";

/** A model that answered. */
export interface AnsweringModel {
  readonly model: string;
  readonly provider: string;
}

/** The text of the last turn of the session's own agent, as far as it has come, and who said it. */
export class LastText implements Disposable {
  readonly #subscription: Disposable;
  #text = "";
  #model: AnsweringModel | null = null;

  constructor(events: EventLog) {
    this.#subscription = events.subscribe((event) => {
      if (event.task_id !== undefined) return;
      if (event.type === "turn.started" || event.type === "error") this.#text = "";
      if (event.type === "text.delta") this.#text += event.delta;
      if (event.type === "turn.ended" && event.model !== undefined && event.provider !== undefined) {
        this.#model = { model: event.model, provider: event.provider };
      }
    });
  }

  get text(): string {
    return this.#text;
  }

  /** The model that answered last: a fallback may have; null: none has yet. */
  get model(): AnsweringModel | null {
    return this.#model;
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }
}
