import assert from "node:assert/strict";
import fc from "fast-check";
import { SUMMARY_REQUEST } from "../../lib/protocol/summary_texts.ts";
import { callTools, type RecordedRequest, say } from "../support/scripted_server.ts";
import { mayCall } from "../support/wire_reading.ts";
import { TestSession } from "../support/test_session.ts";

/** A server that counts a token for so many bytes, in what it is sent and in what it writes. */
class HonestServer {
  billed = 0;
  working = 0;
  readonly #bytesPerToken: number;

  constructor(bytesPerToken: number) {
    this.#bytesPerToken = bytesPerToken;
  }

  /** What it reports for a request and this many characters of an answer, within the limit that it was given. */
  usage({ raw, body }: RecordedRequest, chars: number): {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
  } {
    const prompt_tokens = Math.ceil(raw.length / this.#bytesPerToken);
    const completion_tokens = Math.min(
      Math.ceil(chars / this.#bytesPerToken),
      Number(body.max_tokens ?? Infinity),
    );
    this.billed += prompt_tokens + completion_tokens;
    return { prompt_tokens, completion_tokens };
  }
}

/** Works until it is stopped: `results` are the bytes that its commands print, one after the other; it says so much. */
async function workUntilSpent(
  { budget, results, chars, bytesPerToken, window }: {
    readonly budget: number;
    readonly results: readonly number[];
    readonly chars: number;
    readonly bytesPerToken: number;
    readonly window: number | null;
  },
) {
  const server = new HonestServer(bytesPerToken);
  await using it = await TestSession.open({
    child: (request) => {
      const { messages } = request.body;
      if (messages.at(-1)?.content === SUMMARY_REQUEST) {
        return say("a summary", { usage: server.usage(request, 40) });
      }
      if (!mayCall(request.body)) return say("the hand-over", { usage: server.usage(request, 13) });
      const bytes = results[server.working++ % results.length] ?? 1;
      const command = `printf %0${bytes}d ${server.working}`;
      return callTools([{ name: "terminal", args: { command } }], {
        text: "w".repeat(chars),
        usage: server.usage(request, chars + command.length),
      });
    },
  }, { models: { m1: { context_window: window } } });
  const { results: [task] } = await it.call("delegate_task", { goal: "work", token_budget: budget });
  return { ...server, task };
}

Deno.test("a task whose token budget is used up hands over within it, on a server that counts four bytes to a token", async () => {
  const work = { budget: 60_000, results: [170], chars: 0, bytesPerToken: 4, window: null };
  const { task, billed } = await workUntilSpent(work);
  assert.deepEqual([task.status, task.reason, task.summary], ["failed", "budget", "the hand-over"]);
  assert.ok(billed <= 60_000 && billed > 50_000, `${billed} tokens`);
  assert.equal(task.turn, task.evidence.requests);
});

Deno.test("a request that the budget refuses is no turn", async () => {
  const work = { budget: 10, results: [1], chars: 0, bytesPerToken: 4, window: null };
  const { task, billed } = await workUntilSpent(work);
  assert.deepEqual([task.reason, task.turn, task.evidence.requests, billed], ["budget", 0, 0, 0]);
});

Deno.test("a last result that would cost more than what was set aside is left out of the hand-over", async () => {
  const work = { budget: 30_000, results: [50, 50, 40_000], chars: 0, bytesPerToken: 4, window: null };
  const { task, billed } = await workUntilSpent(work);
  assert.deepEqual([task.reason, task.summary], ["budget", "the hand-over"]);
  assert.ok(billed <= 30_000, `${billed} tokens`);
});

Deno.test("a task that could work for more than a turn hands over, and never costs more than its budget", async () => {
  const works = fc.record({
    budget: fc.integer({ min: 12_000, max: 60_000 }),
    results: fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 4 }),
    chars: fc.integer({ min: 0, max: 1_000 }),
    bytesPerToken: fc.integer({ min: 2, max: 5 }),
    window: fc.constantFrom(null, 8_000, 12_000),
  });
  await fc.assert(
    fc.asyncProperty(works, async (work) => {
      const { task, billed, working } = await workUntilSpent(work);
      assert.ok(billed <= work.budget, `${billed} of ${work.budget}`);
      assert.equal(task.reason, "budget");
      if (working > 1) {
        assert.equal(task.summary, "the hand-over", `after ${working} turns and ${billed} tokens`);
      }
    }),
    { numRuns: 12 },
  );
});
