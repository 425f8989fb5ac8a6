import assert from "node:assert/strict";
import { resolve } from "node:path";
import { hermesHome } from "../../lib/config/home.ts";
import { refusal } from "./temp_home.ts";

Deno.test("hermesHome() takes HERMES_HOME, else .hermes in HOME, always absolute", () => {
  assert.equal(hermesHome({ HERMES_HOME: "/state", HOME: "/home/ann" }), "/state");
  assert.equal(hermesHome({ HERMES_HOME: "state" }), resolve("state"));
  assert.equal(hermesHome({ HERMES_HOME: "", HOME: "/home/ann" }), "/home/ann/.hermes");
  assert.equal(hermesHome({ USERPROFILE: "/users/ann" }), "/users/ann/.hermes");
});

Deno.test("hermesHome() refuses an environment without a home", () => {
  assert.deepEqual(refusal(() => hermesHome({ HOME: "" })), [
    "Cannot find the state directory: neither HERMES_HOME nor HOME is set",
    78,
  ]);
});
