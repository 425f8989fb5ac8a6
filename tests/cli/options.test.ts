import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import fc from "fast-check";
import {
  type OptionParser,
  parseCount,
  parseDirectory,
  parseOneOf,
  parseSeconds,
  parseToolsetList,
  parseUsd,
} from "../../lib/cli/options.ts";
import { UserError } from "../../lib/support/errors.ts";
import { TempDir } from "../support/temp_dir.ts";

function refusal(parse: OptionParser<unknown>, text: string): string {
  try {
    parse(text);
  } catch (error) {
    assert(error instanceof UserError, String(error));
    assert.equal(error.exitCode, 2);
    return error.message;
  }
  throw new assert.AssertionError({ message: `"${text}" was taken` });
}

Deno.test("parseCount() takes integers from 1", () => {
  const parse = parseCount("--max-turns");
  fc.assert(fc.property(fc.integer({ min: 1 }), (n) => assert.equal(parse(String(n)), n)));
  for (const text of ["0", "-1", "1.5", "many", "", " 1", "0x10", "1e3", "9".repeat(17)]) {
    assert.equal(refusal(parse, text), `Cannot use "${text}" for --max-turns: expected an integer ≥ 1`);
  }
});

Deno.test("parseSeconds() takes fractions up to a week", () => {
  const parse = parseSeconds("--timeout");
  assert.deepEqual(["0", "0.5", ".5", "1.", "604800"].map(parse), [0, 0.5, 0.5, 1, 604_800]);
  for (const text of ["-1", "604800.1", "ten", "", "NaN", "Infinity", "."]) {
    assert.equal(
      refusal(parse, text),
      `Cannot use "${text}" for --timeout: expected seconds from 0 to 604800`,
    );
  }
});

Deno.test("parseUsd() takes amounts from 0", () => {
  const parse = parseUsd("--budget-usd");
  assert.deepEqual(["0", "2.50", "100"].map(parse), [0, 2.5, 100]);
  for (const text of ["$2", "-1", "2,50", "9".repeat(400)]) {
    assert.match(refusal(parse, text), /^Cannot use ".+" for --budget-usd: expected US dollars/);
  }
});

Deno.test("parseToolsetList() takes names and names the known ones", () => {
  const parse = parseToolsetList("--toolsets");
  assert.deepEqual(parse("file, terminal,mcp:docs"), ["file", "terminal", "mcp:docs"]);
  const message = refusal(parse, "fiel");
  assert.match(message, /^Cannot use "fiel" for --toolsets: /);
});

Deno.test("parseOneOf() takes one of its words", () => {
  const parse = parseOneOf("--isolation", ["none", "worktree"]);
  assert.equal(parse("worktree"), "worktree");
  assert.equal(refusal(parse, "x"), 'Cannot use "x" for --isolation: expected one of none, worktree');
});

Deno.test("parseDirectory() takes a directory, from where the program was started", () => {
  using dir = new TempDir();
  Deno.mkdirSync(dir.at("inside"));
  writeFileSync(dir.at("file"), "");
  const parse = parseDirectory("--cwd", { cwd: () => dir.path });
  assert.equal(parse("inside"), dir.at("inside"));
  assert.equal(parse(dir.path), dir.path);
  for (const text of ["absent", "file", "file/inside"]) {
    assert.equal(refusal(parse, text), `Cannot use "${text}" for --cwd: expected a directory that exists`);
  }
});
