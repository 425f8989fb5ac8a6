import assert from "node:assert/strict";
import fc from "fast-check";
import { LeadingThought, splitThought } from "../../lib/provider/leading_thought.ts";

/** What an answer in these pieces comes to. */
function split(pieces: readonly string[]) {
  const thought = new LeadingThought();
  const all = [...pieces.map((piece) => thought.add(piece)), thought.end()];
  return {
    reasoning: all.map(({ reasoning }) => reasoning).join(""),
    text: all.map(({ text }) => text).join(""),
  };
}

const ANSWERS: readonly (readonly [answer: string, reasoning: string, text: string])[] = [
  ["<think>hm</think>So.", "hm", "So."],
  ["\n <think>\nhm\n</think>\n\nSo.", "\nhm\n", "So."],
  ["<thinking>hm</thinking> So.", "hm", "So."],
  ["<thought>hm</thought>So.", "hm", "So."],
  ["<think>hm", "hm", ""],
  ["<think>hm</thi", "hm</thi", ""],
  ["<think>hm</think>\n\n", "hm", ""],
  ["<think></think>So.", "", "So."],
  ["<think>a</think>\n<think>b</think>So.", "ab", "So."],
  ["<think>a < b </b> <</think>So.", "a < b </b> <", "So."],
  ["So <think>hm</think>.", "", "So <think>hm</think>."],
  ["  So.", "", "  So."],
  ["<thin ice>", "", "<thin ice>"],
  ["<think", "", "<think"],
  ["<p>So.", "", "<p>So."],
  ["\n", "", "\n"],
  [" \n <thi", "", " \n <thi"],
  ["\n<think>a</think> \n <thi", "a", "<thi"],
  ["", "", ""],
];

for (const [answer, reasoning, text] of ANSWERS) {
  Deno.test(`LeadingThought tells thinking from text, wherever it is cut: ${JSON.stringify(answer)}`, () => {
    assert.deepEqual(splitThought(answer), { reasoning, text });
    assert.deepEqual(split([...answer]), { reasoning, text }, "in single characters");
    fc.assert(fc.property(fc.nat(answer.length), fc.nat(answer.length), (a, b) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      const pieces = [answer.slice(0, from), answer.slice(from, to), answer.slice(to)];
      assert.deepEqual(split(pieces), { reasoning, text });
    }));
  });
}

Deno.test("LeadingThought holds nothing back of text that cannot be a tag", () => {
  const thought = new LeadingThought();
  assert.deepEqual(thought.add("S"), { reasoning: "", text: "S" });
  assert.deepEqual(thought.add("<th"), { reasoning: "", text: "<th" });
});
