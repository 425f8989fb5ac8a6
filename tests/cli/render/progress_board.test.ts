import assert from "node:assert/strict";
import { ProgressBoard } from "../../../lib/cli/render/progress_board.ts";
import type { SessionEvent } from "../../../lib/protocol/events.ts";
import type { Clock } from "../../../lib/support/clock.ts";
import { TestOutput } from "../../support/run_cli.ts";
import { event, lossy } from "./events.ts";
import { sampleTask } from "./sample_task.ts";

/** A clock that stands until it is moved. */
class HandClock implements Clock {
  #now = 0;
  #due: { readonly at: number; readonly callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): Disposable {
    const timer = { at: this.#now + ms, callback };
    this.#due.push(timer);
    return { [Symbol.dispose]: () => void (this.#due = this.#due.filter((each) => each !== timer)) };
  }

  get pending(): number {
    return this.#due.length;
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#due = this.#due.filter((each) => each !== next);
      this.#now = next.at;
      next.callback();
    }
    this.#now = end;
  }
}

/** What a terminal shows after these bytes; knows what the board uses. */
function screen(bytes: string): string[] {
  let lines: string[] = [];
  // deno-lint-ignore no-control-regex -- the sequences of a terminal begin with one
  for (const [piece, up] of bytes.matchAll(/\r\u001b\[(\d+)A\u001b\[0J|[^\n]*\n/g)) {
    if (up === undefined) lines.push(piece.trimEnd());
    else lines = lines.slice(0, -Number(up));
  }
  // deno-lint-ignore no-control-regex -- colours
  return lines.map((line) => line.replace(/\u001b\[\d+m/g, ""));
}

const started = (id: string) =>
  event({ type: "task.started", task: sampleTask({ task_id: id, elapsed_s: 0, goal: `goal of ${id}` }) }, id);
const ended = (id: string) =>
  event({ type: "task.ended", task: sampleTask({ task_id: id, status: "completed", elapsed_s: 3 }) }, id);
const tool = (id: string, about: string) =>
  event({ type: "tool.started", call_id: "c", name: "terminal", about }, id);

Deno.test("ProgressBoard redraws nothing where a person types on the same terminal", () => {
  const output = new TestOutput(60);
  const clock = new HandClock();
  const board = new ProgressBoard(output, { env: {}, clock, linesOnly: true });
  for (const each of [started("t00001"), ended("t00001")]) board.show(each);
  clock.advance(5000);
  assert.equal(
    output.text,
    "t00001 started: goal of t00001\n" +
      "\u001b[32mt00001 completed after 3.0s, 3 turns, 12.3k tokens, $0.02\u001b[0m\n",
  );
  assert.equal(clock.pending, 0);
});

function boardOn(output: TestOutput, env: Record<string, string> = {}) {
  const clock = new HandClock();
  return { clock, board: new ProgressBoard(output, { env, clock }) };
}

Deno.test("ProgressBoard keeps one line per live task in place under the lasting lines", () => {
  const output = new TestOutput(60);
  const { clock, board } = boardOn(output);
  for (const each of [started("t00001"), started("t00002"), tool("t00001", "ls")]) board.show(each);
  assert.equal(output.text, "", "changes are drawn together");
  clock.advance(100);
  assert.deepEqual(screen(output.text), [
    "t00001 0.1s terminal ls · goal of t00001",
    "t00002 0.1s starts · goal of t00002",
  ]);
  clock.advance(2000);
  assert.deepEqual(screen(output.text)[0], "t00001 2.1s terminal ls · goal of t00001");
  board.show(ended("t00001"));
  assert.deepEqual(screen(output.text), [
    "t00001 completed after 3.0s, 3 turns, 12.3k tokens, $0.02",
    "t00002 2.1s starts · goal of t00002",
  ]);
  board[Symbol.dispose]();
  assert.deepEqual(screen(output.text), ["t00001 completed after 3.0s, 3 turns, 12.3k tokens, $0.02"]);
  assert.equal(clock.pending, 0);
});

Deno.test("ProgressBoard takes all of its rows off a terminal that became narrower", () => {
  const output = new TestOutput(60);
  const { clock, board } = boardOn(output);
  for (const each of [started("t00001"), started("t00002")]) board.show(each);
  clock.advance(100);
  const rows = screen(output.text);
  output.columns = 20;
  const before = output.text.length;
  board[Symbol.dispose]();
  const broken = rows.reduce((sum, row) => sum + Math.ceil(row.length / 20), 0);
  assert.equal(output.text.slice(before), `\r\u001b[${broken}A\u001b[0J`);
});

Deno.test("ProgressBoard draws no rows while it is held, and lasting lines all the same", () => {
  const output = new TestOutput(60);
  const { clock, board } = boardOn(output);
  for (const each of [started("t00001"), started("t00002")]) board.show(each);
  clock.advance(100);
  const hold = board.hold();
  const before = output.text.length;
  clock.advance(5000);
  board.show(ended("t00001"));
  assert.deepEqual(screen(output.text.slice(before)), [
    "t00001 completed after 3.0s, 3 turns, 12.3k tokens, $0.02",
  ]);
  for (let times = 0; times < 2; times++) hold[Symbol.dispose]();
  assert.equal(screen(output.text).at(-1), "t00002 5.1s starts · goal of t00002");
  board[Symbol.dispose]();
  assert.equal(clock.pending, 0);
});

Deno.test("ProgressBoard lets others write between its lines", () => {
  const output = new TestOutput(60);
  const { board } = boardOn(output);
  board.show(started("t00001"));
  board.around(() => output.write("a summary\n"));
  assert.deepEqual(screen(output.text), ["a summary", "t00001 0.0s starts · goal of t00001"]);
  board[Symbol.dispose]();
  assert.deepEqual(screen(output.text), ["a summary"]);
});

Deno.test("ProgressBoard never has more rows than the terminal, and no line that wraps", () => {
  const output = new TestOutput(30);
  const { clock, board } = boardOn(output);
  for (let index = 10; index < 40; index++) board.show(started(`t000${index}`));
  const queued = sampleTask({ task_id: "t00099", status: "queued", queue_position: 1 });
  board.show(event({ type: "task.queued", task: queued }, "t00099"));
  clock.advance(100);
  const rows = screen(output.text);
  assert.equal(rows.length, 10);
  assert.equal(rows.at(-1), "21 more running, 1 queued");
  assert.ok(rows.every((row) => row.length < 30));
  board[Symbol.dispose]();
});

Deno.test("ProgressBoard draws soon although events never pause", () => {
  const output = new TestOutput(80);
  const { clock, board } = boardOn(output);
  board.show(started("t00001"));
  for (let turn = 1; turn <= 20; turn++) {
    board.show(lossy({ type: "task.progress", turn, current_tool: null }, "t00001"));
    clock.advance(10);
  }
  assert.match(screen(output.text)[0] ?? "", /turn 1[0-9]/);
  board[Symbol.dispose]();
});

const STREAM: readonly SessionEvent[] = [started("t00001"), tool("t00001", "ls"), ended("t00001")];
const PLAIN = [
  "t00001 started: goal of t00001",
  "t00001 terminal ls",
  "t00001 completed after 3.0s, 3 turns, 12.3k tokens, $0.02",
  "",
].join("\n");

for (
  const [claim, columns, env] of [
    ["where there is no terminal", undefined, {}],
    ["with NO_COLOR", 20, { NO_COLOR: "1" }],
    ["on a terminal that knows no sequences", 20, { TERM: "dumb" }],
  ] as const
) {
  Deno.test(`ProgressBoard prints plain whole lines ${claim}`, () => {
    const output = new TestOutput(columns);
    const { clock, board } = boardOn(output, env);
    for (const each of STREAM) board.show(each);
    clock.advance(5000);
    board[Symbol.dispose]();
    assert.equal(output.text, PLAIN);
  });
}
