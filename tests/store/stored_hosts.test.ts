import assert from "node:assert/strict";
import { deadHost, StoreGround, thisHost } from "./store_ground.ts";

Deno.test("enter(), listens() and leave() say who lives and where", () => {
  using ground = new StoreGround();
  const [store, other] = [ground.open(), ground.open()];
  assert.equal(store.hosts.enter(thisHost("h1")), true);
  assert.equal(store.hosts.enter(deadHost("h2")), true);
  store.hosts.listens("h1", "/run/x.sock");
  assert.deepEqual(other.hosts.live(), [{ ...thisHost("h1"), socket: "/run/x.sock" }]);
  store.hosts.leave("h1");
  assert.deepEqual(other.hosts.live(), []);
});

Deno.test("enter() lets one detached host live at a time", () => {
  using ground = new StoreGround();
  const [store, other] = [ground.open(), ground.open()];
  assert.equal(store.hosts.enter(deadHost("h0", "detached")), true);
  assert.equal(store.hosts.enter(thisHost("h1", "detached")), true);
  assert.equal(other.hosts.enter(thisHost("h2", "detached")), false);
  assert.equal(other.hosts.enter(thisHost("h3")), true);
  store.hosts.leave("h1");
  assert.equal(other.hosts.enter(thisHost("h2", "detached")), true);
});
