import assert from "node:assert/strict";
import { fileCredentialState } from "../../lib/store/credential_state.ts";
import { TempDir } from "../support/temp_dir.ts";

const HOUR_MS = 3_600_000;

Deno.test("fileCredentialState() leaves out limits that have passed, and keeps keys and those that hold", () => {
  using dir = new TempDir();
  const state = fileCredentialState(dir.path);
  const held = Date.now() + HOUR_MS;
  const key = { disabled: "refused (401)", parkedUntil: 1, requests: 3 };
  state.save({ keys: { "http://a key": key }, lanes: { "http://a key old": 1, "http://a key held": held } });
  state.save({ keys: {}, lanes: { "http://a key newer": held } });
  assert.deepEqual(state.load(), {
    keys: { "http://a key": key },
    lanes: { "http://a key held": held, "http://a key newer": held },
  });
});
