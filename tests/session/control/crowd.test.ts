import assert from "node:assert/strict";
import fc from "fast-check";
import { Crowd, type CrowdMember } from "../../../lib/session/control/crowd.ts";

const LIMITS = { totalBytes: 100, totalRequests: 10, connections: 4 };

/** A client without a socket. */
class Guest implements CrowdMember {
  readonly name: string;
  readonly #crowd: Crowd<Guest>;
  isKnown = true;
  heldBytes = 0;
  requests = 0;
  isThere = true;

  constructor(name: string, crowd: Crowd<Guest>, isKnown = true) {
    this.name = name;
    this.#crowd = crowd;
    this.isKnown = isKnown;
    crowd.add(this);
  }

  hold(bytes: number): void {
    this.heldBytes += bytes;
    this.#crowd.hold(bytes);
  }

  ask(requests: number): void {
    this.requests += requests;
    this.#crowd.ask(requests);
  }

  cutOff(): void {
    this.isThere = false;
    const { heldBytes, requests } = this;
    [this.heldBytes, this.requests] = [0, 0];
    this.#crowd.remove(this);
    this.#crowd.hold(-heldBytes);
    this.#crowd.ask(-requests);
  }
}

function there(...guests: readonly Guest[]): string {
  return guests.filter(({ isThere }) => isThere).map(({ name }) => name).join(" ");
}

Deno.test("Crowd cuts off who holds most, and who waits for most", () => {
  const crowd = new Crowd<Guest>(LIMITS);
  const [a, b, c] = ["a", "b", "c"].map((name) => new Guest(name, crowd)) as [Guest, Guest, Guest];
  a.hold(30);
  b.hold(60);
  a.hold(10);
  assert.equal(there(a, b, c), "a b c");
  c.hold(1);
  assert.equal(there(a, b, c), "a c");
  a.ask(4);
  c.ask(6);
  a.ask(1);
  assert.equal(there(a, b, c), "a");
});

Deno.test("Crowd makes room: who has not said who it is goes first, then who wants nothing, then who wants most", () => {
  const crowd = new Crowd<Guest>(LIMITS);
  const waiting = new Guest("waiting", crowd);
  waiting.ask(1);
  const idle = new Guest("idle", crowd);
  const greedy = new Guest("greedy", crowd);
  greedy.ask(5);
  const mute = new Guest("mute", crowd, false);
  const all = [waiting, idle, greedy, mute];
  const left = ["v", "w", "x"].map((name) => {
    const guest = new Guest(name, crowd);
    guest.ask(1);
    all.push(guest);
    return there(...all);
  });
  assert.deepEqual(left, ["waiting idle greedy v", "waiting greedy v w", "waiting v w x"]);
});

Deno.test("Crowd never costs more than it may, whatever its members do", () => {
  const step = fc.record({ who: fc.nat(9), bytes: fc.nat(120), requests: fc.nat(12), isKnown: fc.boolean() });
  fc.assert(fc.property(fc.array(step), (steps) => {
    const crowd = new Crowd<Guest>(LIMITS);
    const guests: Guest[] = [];
    for (const { who, bytes, requests, isKnown } of steps) {
      const guest = guests[who];
      if (guest === undefined || !guest.isThere) guests.push(new Guest("", crowd, isKnown));
      else {
        guest.hold(bytes);
        if (guest.isThere) guest.ask(requests);
      }
      const present = guests.filter(({ isThere }) => isThere);
      const sum = (of: "heldBytes" | "requests") => present.reduce((all, each) => all + each[of], 0);
      assert.ok(sum("heldBytes") <= 100 && sum("requests") <= 10 && present.length <= 4);
    }
  }));
});
