import assert from "node:assert/strict";
import { fileCredentialState } from "../../lib/store/credential_state.ts";
import { TempDir } from "../support/temp_dir.ts";

const HOUR_MS = 3_600_000;
const NOW = 1_800_000_000_000;

Deno.test("fileCredentialState() leaves out limits that have passed, and keeps keys and those that hold", () => {
  using dir = new TempDir();
  const clock = { now: () => NOW };
  const state = fileCredentialState(dir.path, { machine: clock, own: clock });
  const held = NOW + HOUR_MS;
  const key = { disabled: "refused (401)", parkedUntil: 1, requests: 3 };
  state.save({ keys: { "http://a key": key }, lanes: { "http://a key old": 1, "http://a key held": held } });
  state.save({ keys: {}, lanes: { "http://a key newer": held } });
  assert.deepEqual(state.load(), {
    keys: { "http://a key": key },
    lanes: { "http://a key held": held, "http://a key newer": held },
  });
});

/** What another process reads, by the machine's clock as it is then, of a limit that holds for an hour. */
function leftMs(
  writer: { machine: number; own: number },
  reader: { machine: number; own: number },
): number[] {
  using dir = new TempDir();
  const clocks = ({ machine, own }: typeof writer) => ({
    machine: { now: () => machine },
    own: { now: () => own },
  });
  const until = writer.own + HOUR_MS;
  const keys = { k: { disabled: null, parkedUntil: until, requests: 1 } };
  fileCredentialState(dir.path, clocks(writer)).save({ keys, lanes: { l: until } });
  const read = fileCredentialState(dir.path, clocks(reader)).load();
  return [read.keys.k?.parkedUntil ?? 0, read.lanes.l ?? 0].map((each) => Math.max(0, each - reader.own));
}

Deno.test("fileCredentialState() locks nobody out for longer than was said, whatever becomes of the clock", () => {
  const then = { machine: NOW, own: NOW };
  assert.deepEqual(leftMs(then, then), [HOUR_MS, HOUR_MS]);
  const later = NOW + HOUR_MS / 2;
  assert.deepEqual(leftMs(then, { machine: later, own: later }), [HOUR_MS / 2, HOUR_MS / 2]);
  const setBack = NOW - 5 * HOUR_MS;
  assert.deepEqual(leftMs(then, { machine: setBack, own: setBack }), [0, 0]);
  assert.deepEqual(leftMs({ machine: setBack, own: NOW }, { machine: setBack, own: setBack }), [
    HOUR_MS,
    HOUR_MS,
  ]);
  assert.deepEqual(leftMs({ machine: setBack, own: NOW }, { machine: setBack, own: NOW }), [
    HOUR_MS,
    HOUR_MS,
  ]);
});
