import assert from "node:assert/strict";
import { type ChildLine, Workers } from "../../lib/delegation/workers.ts";
import type { FromChild } from "../../lib/protocol/worker_messages.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { WorkerCount } from "../support/worker_count.ts";

/** A worker that says so whenever it hears something. */
const ECHO = new URL(
  `data:text/javascript,${encodeURIComponent('onmessage = () => postMessage({ type: "alive" })')}`,
);

/** A line and the first word of its child. */
function start(workers: Workers): { readonly line: ChildLine; readonly word: Promise<FromChild> } {
  const { promise: word, resolve } = Promise.withResolvers<FromChild>();
  return { line: workers.start(resolve), word };
}

Deno.test("two workers for each processor start at once; the word of one lets the next start", async () => {
  using count = new WorkerCount();
  using workers = new Workers(ECHO, new FakeClock(), 1);
  const [first, , third, fourth] = [start(workers), start(workers), start(workers), start(workers)];
  third.line.post({ type: "stop" });
  assert.equal(count.started, 2);
  first.line.post({ type: "stop" });
  await first.word;
  assert.equal(count.started, 3);
  assert.deepEqual(await third.word, { type: "alive" }, "what was posted before the start is heard");
  assert.equal(count.started, 4);
  fourth.line[Symbol.dispose]();
  assert.equal(count.alive, 3);
});

Deno.test("a worker that says nothing holds up others for a second, one that is ended not at all", async () => {
  using count = new WorkerCount();
  const clock = new FakeClock();
  using workers = new Workers(ECHO, clock, 1);
  const [first] = [start(workers), start(workers), start(workers), start(workers)];
  first.line[Symbol.dispose]();
  assert.equal(count.started, 3);
  await clock.advance(999);
  assert.equal(count.started, 3);
  await clock.advance(1);
  assert.equal(count.started, 4);
});

Deno.test("a child that is ended before its start never gets a worker", async () => {
  using count = new WorkerCount();
  using workers = new Workers(ECHO, new FakeClock(), 1);
  const [first, , third] = [start(workers), start(workers), start(workers)];
  third.line[Symbol.dispose]();
  first.line.post({ type: "stop" });
  await first.word;
  assert.deepEqual([count.started, count.alive], [2, 2]);
});

Deno.test("disposed, workers are gone and none starts any more", () => {
  using count = new WorkerCount();
  const workers = new Workers(ECHO, new FakeClock(), 1);
  for (let n = 0; n < 4; n++) start(workers);
  workers[Symbol.dispose]();
  assert.deepEqual([count.started, count.alive], [2, 0]);
});
