import assert from "node:assert/strict";
import type { Finished } from "./running.ts";
import { SCRIPTED_KEY } from "./scripted_home.ts";

/** What a run that cannot go on has to look like. */
export interface Complaint {
  readonly code: number;
  /** All of them stand in what it says. */
  readonly says: readonly (string | RegExp)[];
  /** What had already been said on standard output (default: nothing). */
  readonly stdout?: string;
}

/** One message on stderr for a person, the right exit code, nothing of our inside. Run it with `--quiet`. */
export function assertOneMessage(finished: Finished, { code, says, stdout = "" }: Complaint): void {
  const { stderr } = finished;
  assert.match(stderr, /^hermes: \S/, "it starts with the program's name");
  assert.equal(stderr.match(/^hermes: /gm)?.length, 1, `one message:\n${stderr}`);
  assert.ok(stderr.trimEnd().split("\n").length <= 4, `a sentence and a hint:\n${stderr}`);
  assertNothingInside(stderr);
  for (const text of says) assertSays(stderr, text);
  assert.equal(finished.code, code, stderr);
  assert.equal(finished.stdout, stdout);
}

/** No stack, no source, no runtime and no key in a text for people. */
export function assertNothingInside(text: string): void {
  assert.doesNotMatch(text, /^\s+at .+[:)]/m, "a stack");
  assert.doesNotMatch(text, /file:\/\/|\.ts:\d|\$bunfs|node_modules|Uncaught|\[object /, "source or runtime");
  assert.ok(!text.includes(SCRIPTED_KEY), `a key:\n${text}`);
}

function assertSays(text: string, expected: string | RegExp): void {
  if (typeof expected === "string") {
    assert.ok(text.includes(expected), `"${expected}" is missing in:\n${text}`);
  } else assert.match(text, expected);
}
