import type { SessionEvent } from "../../protocol/events.ts";
import type { Clock } from "../../support/clock.ts";
import { type Io, type Output, takesAnsi } from "../io.ts";
import { type Colour, painter } from "./colour.ts";
import { LiveTasks } from "./live_tasks.ts";
import { progressLine } from "./progress_line.ts";
import { statusColour } from "./status.ts";
import { displayWidth, fit } from "./text.ts";

/** What the board needs besides its output. */
export interface BoardOptions {
  readonly env: Io["env"];
  readonly clock: Clock;
  /** Lasting lines only: a person types on the same terminal, and redrawing would wipe out what is typed. */
  readonly linesOnly?: boolean;
}

const MAX_ROWS = 10;
/** Changes that come faster than this are drawn together. */
const REDRAW_MS = 80;
/** Times on the board go on while nothing happens. */
const TICK_MS = 1000;

/** Events that change the board and leave no line of their own where there is one. */
const IN_PLACE: readonly SessionEvent["type"][] = ["task.queued", "task.started", "tool.started"];
const LOUD: Readonly<Partial<Record<SessionEvent["type"], Colour>>> = {
  "task.question": "yellow",
  "approval.requested": "yellow",
  "rate.limited": "yellow",
  "budget.warned": "yellow",
  "error": "red",
};

/**
 * What children do, on stderr. On a terminal: lasting lines, and under them one line per live task that is kept up
 * to date in place. Elsewhere, and with NO_COLOR: a plain line per event. Disposing it leaves only lasting lines.
 */
export class ProgressBoard implements Disposable {
  readonly #output: Output;
  readonly #clock: Clock;
  readonly #color: boolean;
  readonly #inPlace: boolean;
  readonly #tasks = new LiveTasks();
  /** The widths of the rows on the screen. */
  #drawn: readonly number[] = [];
  #holders = 0;
  #redraw: { readonly at: number; readonly timer: Disposable } | null = null;

  constructor(output: Output, { env, clock, linesOnly = false }: BoardOptions) {
    this.#output = output;
    this.#clock = clock;
    this.#color = takesAnsi(output, env);
    this.#inPlace = this.#color && !linesOnly;
  }

  /** Takes an event in and shows what is worth showing. */
  show(event: SessionEvent): void {
    const changed = this.#inPlace && this.#tasks.update(event, this.#clock.now());
    const line = this.#inPlace && IN_PLACE.includes(event.type) ? null : progressLine(event);
    if (line !== null) this.#print(line, event);
    else if (changed) this.#drawIn(REDRAW_MS);
  }

  /** Keeps the lines of the live tasks off the screen while a person types on it. Disposed, they come back. */
  hold(): Disposable {
    this.#erase();
    this.#holders++;
    let isHeld = true;
    return {
      [Symbol.dispose]: () => {
        if (isHeld) this.#holders--;
        isHeld = false;
        this.#draw();
      },
    };
  }

  /** Runs `write`, which writes whole lines to the same terminal, while the board is out of its way. */
  around(write: () => void): void {
    this.#erase();
    write();
    this.#draw();
  }

  [Symbol.dispose](): void {
    this.#erase();
  }

  #print(line: string, event: SessionEvent): void {
    const colour = event.type === "task.ended" ? statusColour(event.task.status) : LOUD[event.type];
    const text = this.#inPlace ? fit(line, this.#columns) : line;
    const painted = colour === undefined ? text : painter(this.#color)(colour, text);
    this.around(() => this.#output.write(painted + "\n"));
  }

  #drawIn(ms: number): void {
    const at = this.#clock.now() + ms;
    if (this.#redraw !== null && this.#redraw.at <= at) return;
    this.#redraw?.timer[Symbol.dispose]();
    const timer = this.#clock.after(ms, () => {
      this.#redraw = null;
      this.around(() => {});
    });
    this.#redraw = { at, timer };
  }

  /**
   * Cursor to the start of the first row, then everything from there cleared (CR; ECMA-48: CUU, ED). A terminal that
   * became narrower has broken the rows; one that echoed a key has moved the cursor along the last one.
   */
  #erase(): void {
    this.#redraw?.timer[Symbol.dispose]();
    this.#redraw = null;
    const columns = this.#output.columns ?? Infinity;
    const height = this.#drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
    if (height > 0) this.#output.write(`\r\u001b[${height}A\u001b[0J`);
    this.#drawn = [];
  }

  #draw(): void {
    if (!this.#inPlace || this.#holders > 0) return;
    const room = {
      rows: Math.max(1, Math.min(MAX_ROWS, (this.#output.rows ?? 24) - 3)),
      columns: this.#columns,
    };
    const rows = this.#tasks.rows(room, this.#clock.now());
    if (rows.length === 0) return;
    const paint = painter(true);
    this.#output.write(rows.map((row) => paint("dim", row) + "\n").join(""));
    this.#drawn = rows.map(displayWidth);
    this.#drawIn(TICK_MS);
  }

  /** One less than there are: some terminals wrap after a full line. */
  get #columns(): number {
    return (this.#output.columns ?? 80) - 1;
  }
}
