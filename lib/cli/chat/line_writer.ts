import type { SessionEvent } from "../../protocol/events.ts";
import type { EventLog } from "../../session/event_log.ts";
import { plainText } from "../render/text.ts";

/** After these the agent goes on with something else. */
const FLUSHING: readonly SessionEvent["type"][] = ["tool.started", "turn.ended", "error"];

/** Writes what the session's own agent says, in whole lines as they come. */
export class LineWriter implements Disposable {
  readonly #subscription: Disposable;
  readonly #write: (text: string) => void;
  #open = "";

  constructor(events: EventLog, write: (text: string) => void) {
    this.#write = write;
    this.#subscription = events.subscribe((event) => {
      if (event.task_id !== undefined) return;
      if (event.type === "text.delta") this.#push(event.delta);
      else if (FLUSHING.includes(event.type)) this.flush();
    });
  }

  /** Writes the line that is still open. */
  flush(): void {
    if (this.#open !== "") this.#write(plainText(this.#open) + "\n");
    this.#open = "";
  }

  [Symbol.dispose](): void {
    this.flush();
    this.#subscription[Symbol.dispose]();
  }

  #push(delta: string): void {
    const whole = this.#open + delta;
    const end = whole.lastIndexOf("\n") + 1;
    this.#open = whole.slice(end);
    if (end > 0) this.#write(plainText(whole.slice(0, end)));
  }
}
