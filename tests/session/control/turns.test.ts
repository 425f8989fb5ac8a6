import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Turns, type TurnTaker } from "../../../lib/session/control/turns.ts";

/** One that has so many things to do, and notes each. */
function taker(name: string, things: number, done: string[], turns: Turns): TurnTaker {
  const own = {
    turns: 0,
    takeTurn() {
      own.turns++;
      done.push(name);
      return --things > 0;
    },
  };
  turns.want(own);
  return own;
}

Deno.test("Turns lets who asked for little go before who asks for much", async () => {
  const [turns, done]: [Turns, string[]] = [new Turns(), []];
  for (let n = 0; n < 20; n++) taker("greedy", 1000, done, turns);
  for (let n = 0; n < 10; n++) await nextTurn();
  const before = done.length;
  taker("modest", 2, done, turns);
  while (done.filter((name) => name === "modest").length < 2) await nextTurn();
  assert.ok(done.length - before < 50, `${done.length - before} turns until its two`);
});

Deno.test("Turns does all that is wanted, and nothing for who is forgotten", async () => {
  const [turns, done]: [Turns, string[]] = [new Turns(), []];
  const names = Array.from({ length: 30 }, (_, n) => `t${n}`);
  for (const name of names) taker(name, 3, done, turns);
  turns.forget(taker("gone", 3, done, turns));
  while (done.length < 90) await nextTurn();
  assert.deepEqual(done.toSorted(), names.flatMap((name) => [name, name, name]).toSorted());
});
