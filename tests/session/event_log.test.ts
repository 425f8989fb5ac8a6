import assert from "node:assert/strict";
import fc from "fast-check";
import type { EventBody, JournalEvent, LossyBody, SessionEvent } from "../../lib/protocol/events.ts";
import { EventLog } from "../../lib/session/event_log.ts";

const AT = Date.UTC(2026, 0, 2, 3, 4, 5);
const clock = { now: () => AT, after: () => ({ [Symbol.dispose]() {} }) };

const kept: EventBody = { type: "turn.started", turn: 1 };
const lossy = fc.constantFrom<LossyBody>(
  { type: "text.delta", delta: "hello" },
  { type: "task.progress", turn: 2, current_tool: null },
);
const bodies = fc.array(fc.oneof(fc.constant(kept), lossy), { maxLength: 40 });

function isKept(event: SessionEvent): event is Extract<SessionEvent, { seq: number }> {
  return "seq" in event;
}

Deno.test("EventLog numbers what it keeps without gaps and places what may be lost after it", () => {
  fc.assert(fc.property(bodies, (all) => {
    const log = new EventLog("s00000", clock);
    const seen: SessionEvent[] = [];
    log.subscribe((event) => seen.push(event));
    for (const body of all) log.emit(body);
    let seq = 0;
    for (const [index, event] of seen.entries()) {
      if (isKept(event)) assert.equal(event.seq, ++seq);
      else assert.equal(event.after_seq, seq);
      assert.equal(isKept(event), all[index]?.type === "turn.started");
    }
    assert.equal(seen.length, all.length);
  }));
});

Deno.test("EventLog.subscribe() replays from any number, and then goes on in step with the other readers", () => {
  fc.assert(fc.property(bodies, bodies, fc.nat({ max: 45 }), (before, after, since) => {
    const log = new EventLog("s00000", clock);
    const first: SessionEvent[] = [];
    const late: SessionEvent[] = [];
    log.subscribe((event) => first.push(event));
    for (const body of before) log.emit(body);
    log.subscribe((event) => late.push(event), since);
    for (const body of after) log.emit(body);
    const replayed = first.slice(0, before.length).filter((event) => isKept(event) && event.seq > since);
    assert.deepEqual(late, [...replayed, ...first.slice(before.length)]);
  }));
});

Deno.test("EventLog.emit() spells an event as the contract has it", () => {
  const log = new EventLog("s00000", clock);
  const lines: string[] = [];
  log.subscribe((event) => lines.push(JSON.stringify(event)));
  log.emit({ type: "session.ended", exit_code: 0 });
  log.emit({ type: "text.delta", delta: "x" }, "t00000");
  assert.deepEqual(lines, [
    '{"seq":1,"at":"2026-01-02T03:04:05.000Z","session_id":"s00000","type":"session.ended","exit_code":0}',
    '{"after_seq":1,"at":"2026-01-02T03:04:05.000Z","session_id":"s00000","task_id":"t00000",' +
    '"type":"text.delta","delta":"x"}',
  ]);
});

Deno.test("EventLog tells a disposed reader nothing more", () => {
  const log = new EventLog("s00000", clock);
  let count = 0;
  const reader = log.subscribe(() => count++);
  log.emit(kept);
  reader[Symbol.dispose]();
  log.emit(kept);
  assert.equal(count, 1);
});

Deno.test("EventLog forgets old events where they are kept elsewhere, and tells of them all the same", () => {
  const stored: JournalEvent[] = [];
  const log = new EventLog("s00000", clock, {
    lastSeq: 3,
    keep: (event) => stored.push(event),
    earlier: (since) => stored.filter(({ seq }) => seq > since),
    inMemory: 4,
  });
  for (let count = 0; count < 21; count++) log.emit(kept);
  const seqs = (since?: number) => {
    const seen: number[] = [];
    log.subscribe((event) => isKept(event) && seen.push(event.seq), since)[Symbol.dispose]();
    return seen;
  };
  const all = Array.from({ length: 21 }, (_, index) => index + 4);
  assert.deepEqual(seqs(), all);
  for (const since of [3, 4, 11, 19, 20, 24]) assert.deepEqual(seqs(since), all.filter((seq) => seq > since));
});
