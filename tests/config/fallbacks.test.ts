import assert from "node:assert/strict";
import { passedOver, type WaysGround, waysOf } from "../../lib/config/fallbacks.ts";
import { PLAIN_DIALECT } from "../../lib/protocol/dialect.ts";
import { loaded } from "./temp_home.ts";

const SETTINGS = {
  providers: {
    first: { base_url: "http://127.0.0.1:1/v1" },
    second: { base_url: "http://127.0.0.1:2/v1", api: "responses" },
    keyless: { base_url: "http://127.0.0.1:3/v1", key_env: "NOT_SET_KEY" },
  },
  models: { "second/m2": { reasoning_effort: "low" } },
  fallback_providers: [
    { provider: "second", model: "m2" },
    { provider: "keyless" },
    { provider: "second" },
    { provider: "nowhere" },
    { provider: "first" },
    { provider: "offline" },
  ],
};
const LESSONS = { ...PLAIN_DIALECT, refused: ["stream_options"] };
const GROUND: WaysGround = {
  cacheKey: "s00001",
  lessonsOf: (baseUrl) => baseUrl === SETTINGS.providers.first.base_url ? LESSONS : null,
  longestOf: () => null,
};
const FIRST = { provider: "first", model: "m1", reasoningEffort: "high" };

Deno.test("waysOf() has the fallbacks that can be used, in order, with the effort that models has for them", () => {
  assert.deepEqual(waysOf(loaded(JSON.stringify(SETTINGS)), FIRST, GROUND), {
    fallbacks: [
      { provider: "second", model: "m2", reasoningEffort: "low" },
      { provider: "second", model: "m1", reasoningEffort: null },
    ],
    dialects: {
      "first/m1": { ...PLAIN_DIALECT, refused: ["stream_options"] },
      "second/m2": { ...PLAIN_DIALECT, api: "responses" },
      "second/m1": { ...PLAIN_DIALECT, api: "responses" },
    },
    cacheKey: "s00001",
  });
});

Deno.test("waysOf() has none for the offline model", () => {
  const offline = { provider: "offline", model: "offline", reasoningEffort: null };
  assert.deepEqual(waysOf(loaded(JSON.stringify(SETTINGS)), offline, GROUND).fallbacks, []);
});

Deno.test("passedOver() says why a fallback cannot be used", () => {
  const [keyless, nowhere, offline, ...more] = passedOver(loaded(JSON.stringify(SETTINGS)));
  assert.equal(keyless, 'Cannot fall back to provider "keyless": NOT_SET_KEY is not set');
  assert.match(nowhere ?? "", /^Cannot fall back to provider "nowhere": it is unknown, expected one of /);
  assert.match(offline ?? "", /^Cannot fall back to provider "offline"/);
  assert.deepEqual(more, []);
});
