import assert from "node:assert/strict";
import { finishOf, isKnownReason, laterReason } from "../../lib/provider/finish_reason.ts";
import { ProviderError } from "../../lib/support/errors.ts";

/** How an answer with so many calls and that text ended; the code of the error where it did not end well. */
function ended(reason: string, calls: number, text: string): string {
  try {
    return finishOf(reason, { calls, text }, (state) => state);
  } catch (error) {
    assert.ok(error instanceof ProviderError);
    assert.equal(error.retryable, error.code !== "context_length", reason);
    return error.code;
  }
}

const WORDS: Readonly<Record<string, readonly string[]>> = {
  stop: [
    ...["", "stop", "STOP", "eos", "eos_token", "end_turn", "stop_sequence", "completed", "COMPLETE"],
    ...["other", "weather", "natural stop", "FINISH_REASON_UNSPECIFIED", "constructor"],
  ],
  length: [
    ...["length", "max_tokens", "MAX_TOKENS", "max_output_tokens", "max tokens"],
    ...["token_limit", "truncated", "incomplete", "thinking_budget_exhausted"],
  ],
  context_length: [
    ...["model_context_window_exceeded", "model_length", "MODEL_LENGTH", "context_length_exceeded"],
    ...["context window", "max_context_length", "model_max_length"],
  ],
  content_filter: [
    ...["content_filter", "SAFETY", "RECITATION", "refusal", "sensitive", "PROHIBITED_CONTENT", "BLOCKLIST"],
    ...[
      "SPII",
      "content_filter: RECITATION",
      "guardrail_intervened",
      "ERROR_TOXIC",
      "IMAGE_SAFETY",
      "LANGUAGE",
    ],
  ],
  cut: [
    ...["error", "ERROR", "network_error", "abort", "cancelled", "insufficient_system_resource", "timeout"],
    ...["in_progress", "failed", "interrupted"],
  ],
  malformed: ["MALFORMED_FUNCTION_CALL", "function_call_filter: UNEXPECTED_TOOL_CALL"],
};

for (const [finish, reasons] of Object.entries(WORDS)) {
  Deno.test(`finishOf() takes the words of servers for ${finish}, with text and with calls`, () => {
    for (const reason of reasons) {
      assert.equal(ended(reason, 0, "text"), finish, reason);
      assert.equal(ended(reason, 1, ""), finish === "stop" ? "tool_calls" : finish, `${reason} with a call`);
    }
  });
}

Deno.test("finishOf() takes a pause for one where there is text, for nothing beside calls and for a cut else", () => {
  for (const reason of ["pause_turn", "PAUSE_TURN", "pause"]) {
    const ends = [ended(reason, 0, "text"), ended(reason, 1, "text"), ended(reason, 0, " ")];
    assert.deepEqual(ends, ["pause", "tool_calls", "cut"], reason);
  }
});

Deno.test("finishOf() takes calls for calls, and their announcement without one for a loss", () => {
  for (const reason of ["tool_calls", "tool_use", "function_call", "TOOL_CALL"]) {
    assert.equal(ended(reason, 2, "text"), "tool_calls", reason);
    assert.equal(ended(reason, 0, "text"), "malformed", reason);
  }
});

Deno.test("finishOf() takes no unknown reason for the end of an answer of nothing", () => {
  assert.equal(ended("weather", 0, " \n"), "malformed");
  assert.equal(ended("stop", 0, ""), "stop");
});

Deno.test("isKnownReason() knows what needs no orderly end of the stream", () => {
  assert.deepEqual(["stop", "length", "error", "weather"].map(isKnownReason), [true, true, true, false]);
});

Deno.test("laterReason() keeps a cut, and otherwise what came last", () => {
  assert.equal(laterReason("", "stop"), "stop");
  assert.equal(laterReason("stop", ""), "stop");
  assert.equal(laterReason("stop", "length"), "length");
  assert.equal(laterReason("length", "stop"), "length");
  assert.equal(laterReason("incomplete", "content_filter"), "content_filter");
});
