import assert from "node:assert/strict";
import fc from "fast-check";
import { Channel } from "../../lib/support/channel.ts";

async function all<Item>(channel: Channel<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of channel) items.push(item);
  return items;
}

Deno.test("Channel hands over every item in order, however pushes and turns of the reader interleave", async () => {
  const steps = fc.array(fc.constantFrom("push", "turn"), { maxLength: 60 });
  await fc.assert(fc.asyncProperty(steps, async (script) => {
    const channel = new Channel<number>();
    const read = all(channel);
    let pushed = 0;
    for (const step of script) {
      if (step === "push") channel.push(pushed++);
      else await Promise.resolve();
    }
    channel.close();
    assert.deepEqual(await read, Array.from({ length: pushed }, (_, index) => index));
  }));
});

Deno.test("Channel keeps what was pushed before its reader came, and drops what comes after close()", async () => {
  const channel = new Channel<string>();
  channel.push("before");
  channel.close();
  channel.push("after");
  assert.deepEqual(await all(channel), ["before"]);
});

Deno.test("Channel takes a push of its own reader while it reads", async () => {
  const channel = new Channel<number>();
  channel.push(0);
  const seen: number[] = [];
  for await (const item of channel) {
    seen.push(item);
    if (item < 3) channel.push(item + 1);
    else channel.close();
  }
  assert.deepEqual(seen, [0, 1, 2, 3]);
});
