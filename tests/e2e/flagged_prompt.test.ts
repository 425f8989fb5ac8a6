import assert from "node:assert/strict";
import { finish, goalOf } from "../support/delegation_script.ts";
import { endToEnd } from "../support/end_to_end.ts";
import { useServer } from "../support/scripted_home.ts";
import {
  callTools,
  hold,
  type RecordedRequest,
  startScriptedServer,
  status,
} from "../support/scripted_server.ts";
import { lastResults } from "../support/wire_reading.ts";

const GOALS = ["GOAL-ONE", "GOAL-FLAGGED", "GOAL-TWO"];

/** How a server refuses one prompt, and what becomes of its task. */
const REFUSALS: readonly {
  readonly claim: string;
  readonly status: number;
  readonly body: unknown;
  readonly reason: string;
  readonly says: RegExp;
}[] = [
  {
    claim: "a moderation told as 403",
    status: 403,
    body: {
      error: {
        message: 'Your input was flagged for "violence". No credits were charged.',
        code: 403,
        metadata: { reasons: ["violence"], flagged_input: "how to" },
      },
    },
    reason: "content_filter",
    says: /flagged for "violence"/,
  },
  {
    claim: "a moderation inside a string",
    status: 403,
    body: {
      error: {
        code: 403,
        message: "Provider returned error",
        metadata: { raw: '{"code":"denied","error":"Content violates usage guidelines. API key ID: 5bfd"}' },
      },
    },
    reason: "content_filter",
    says: /Content violates usage guidelines/,
  },
  {
    claim: "a content filter told as 400",
    status: 400,
    body: { error: { message: "Output blocked by content filtering policy" } },
    reason: "content_filter",
    says: /blocked by content filtering policy/,
  },
  {
    claim: "a model that the account may not use",
    status: 403,
    body: { error: { message: "Project `p` does not have access to model `m`", code: "model_not_found" } },
    reason: "provider_error",
    says: /does not have access to model/,
  },
  {
    claim: "a 403 that says nothing",
    status: 403,
    body: { error: { message: "no" } },
    reason: "provider_error",
    says: /answered 403: no/,
  },
];

for (const { claim, reason, says, ...refusal } of REFUSALS) {
  endToEnd(`with one key, ${claim} stops the child that is meant and no other`, async (hermes) => {
    const isFlagged = Promise.withResolvers<void>();
    const goal = (request: RecordedRequest) => goalOf(request, GOALS);
    await using server = await startScriptedServer((request) => {
      if (goal(request) === "GOAL-FLAGGED") {
        void request.ended.then(() => isFlagged.resolve());
        return status(refusal.status, refusal.body);
      }
      if (lastResults(request).length > 0) return finish("done");
      return hold(isFlagged.promise, callTools([{ name: "terminal", args: { command: "true" } }]));
    });
    useServer(hermes, server.baseUrl);
    const { stdout, code } = await hermes.run(["delegate", "--json", "-Q", "-t", "terminal", ...GOALS]);
    const { results } = JSON.parse(stdout);
    const ends = results.map((each: { status: string; reason: string }) => [each.status, each.reason]);
    assert.deepEqual([code, ends], [1, [["completed", "finished"], ["failed", reason], [
      "completed",
      "finished",
    ]]]);
    assert.match(results[1].error.message, says);
    assert.equal(server.requests.filter((each) => goal(each) === "GOAL-FLAGGED").length, 1);
    const again = await hermes.run(["delegate", "--json", "-Q", "-t", "terminal", "GOAL-ONE"]);
    assert.equal(again.code, 0, "the key serves the next run, too");
  });
}
