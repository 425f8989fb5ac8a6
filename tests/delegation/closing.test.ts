import assert from "node:assert/strict";
import { judgeClosing } from "../../lib/delegation/closing.ts";
import { taskSpec } from "../support/task_records.ts";

const PLAIN = taskSpec();
const WITH_SCHEMA = taskSpec({
  outputSchema: {
    type: "object",
    properties: {
      lines: { type: "integer", minimum: 0 },
      files: { type: "array", items: { type: "string" } },
    },
    required: ["lines"],
    additionalProperties: false,
  },
});

async function judgeFinish(spec: typeof PLAIN, args: unknown, text = "") {
  const finishArguments = typeof args === "string" ? args : JSON.stringify(args);
  return await judgeClosing(spec, { text, finishArguments, turn: 1 });
}

async function fault(judging: ReturnType<typeof judgeClosing>): Promise<string> {
  const judgement = await judging;
  assert.ok("fault" in judgement, JSON.stringify(judgement));
  return judgement.fault;
}

Deno.test("judgeClosing() takes a bare text with outcome null", async () => {
  const judgement = await judgeClosing(PLAIN, { text: "42 lines", finishArguments: null, turn: 1 });
  assert.deepEqual(judgement, { final: { summary: "42 lines", outcome: null } });
});

Deno.test("judgeClosing() takes finish with what it says", async () => {
  assert.deepEqual(await judgeFinish(PLAIN, { summary: "42", outcome: "partial", result: [1] }), {
    final: { summary: "42", outcome: "partial", result: [1] },
  });
  assert.deepEqual(await judgeFinish(PLAIN, { summary: "42" }), { final: { summary: "42", outcome: null } });
});

Deno.test("judgeClosing() takes the text beside an empty summary", async () => {
  assert.deepEqual(await judgeFinish(PLAIN, { summary: " ", outcome: "done" }, "42 lines"), {
    final: { summary: "42 lines", outcome: "done" },
  });
});

for (const text of ["", " \n\t "]) {
  Deno.test(`judgeClosing() refuses ${JSON.stringify(text)} as a last word`, async () => {
    assert.match(await fault(judgeClosing(PLAIN, { text, finishArguments: null, turn: 1 })), /empty/);
    assert.match(await fault(judgeFinish(PLAIN, { summary: text })), /summary is empty/);
  });
}

Deno.test("judgeClosing() says what is wrong with the arguments of finish", async () => {
  assert.match(await fault(judgeFinish(PLAIN, '{"summary": "cut')), /not JSON/);
  assert.match(await fault(judgeFinish(PLAIN, {})), /summary/);
  assert.match(await fault(judgeFinish(PLAIN, { summary: "x", outcome: "success" })), /outcome/);
  assert.match(await fault(judgeFinish(PLAIN, { summary: "x", mood: "good" })), /mood/);
  assert.match(await fault(judgeFinish(PLAIN, "[]")), /Cannot finish/);
});

Deno.test("judgeClosing() demands a result that satisfies the schema and names the faults", async () => {
  assert.deepEqual(await judgeFinish(WITH_SCHEMA, { summary: "x", result: { lines: 3, files: ["a"] } }), {
    final: { summary: "x", outcome: null, result: { lines: 3, files: ["a"] } },
  });
  assert.match(await fault(judgeFinish(WITH_SCHEMA, { summary: "x" })), /result.*missing/);
  assert.match(
    await fault(judgeClosing(WITH_SCHEMA, { text: "three lines", finishArguments: null, turn: 1 })),
    /result.*missing/,
  );
  for (const text of ['{"lines": 3}', '```json\n{"lines": 3}\n```']) {
    assert.deepEqual(await judgeClosing(WITH_SCHEMA, { text, finishArguments: null, turn: 1 }), {
      final: { summary: text, outcome: null, result: { lines: 3 } },
    });
  }
  const bad = await fault(
    judgeFinish(WITH_SCHEMA, { summary: "x", result: { lines: -1, files: [7], more: 1 } }),
  );
  for (const place of [/#\/lines/, /#\/files\/0/, /more/]) assert.match(bad, place);
});

Deno.test("judgeClosing() takes null as a result where the schema does", async () => {
  const spec = taskSpec({ outputSchema: { type: "null" } });
  assert.deepEqual(await judgeFinish(spec, { summary: "x", result: null }), {
    final: { summary: "x", outcome: null, result: null },
  });
});
