import assert from "node:assert/strict";
import * as z from "zod/mini";
import { describeIssues } from "../../lib/support/describe_issue.ts";

const goal = z.strictObject({ goal: z.string() });

function told(schema: z.ZodMiniType, input: unknown): [string, string][] {
  const error = schema.safeParse(input).error;
  assert(error !== undefined, "the value was accepted");
  return describeIssues(error, input).map(({ path, message }) => [path, message]);
}

const CASES: readonly [string, z.ZodMiniType, unknown, [string, string][]][] = [
  ["a wrong type", z.object({ a: z.string() }), { a: 3 }, [["a", "expected a string, got 3"]]],
  ["a missing key", goal, {}, [["goal", "missing, expected a string"]]],
  ["every unknown key", goal, { goal: "g", foo: 1, bar: 2 }, [["foo", 'unknown key "foo"'], [
    "bar",
    'unknown key "bar"',
  ]]],
  ["the allowed words", z.enum(["a", "b"]), "c", [["", 'expected one of a, b, got "c"']]],
  ["an item of a list", z.object({ t: z.array(goal) }), { t: [{ goal: "g" }, { goal: null }] }, [[
    "t[1].goal",
    "expected a string, got null",
  ]]],
  ["a fraction for an integer", z.int(), 1.5, [["", "expected an integer, got 1.5"]]],
  ["a bound", z.number().check(z.minimum(1)), 0, [["", "expected a number of at least 1, got 0"]]],
  ["an empty text", z.string().check(z.minLength(1)), "", [["", 'expected at least 1 character, got ""']]],
  ["a pattern", z.string().check(z.regex(/^t/)), "x", [["", 'expected a string that matches /^t/, got "x"']]],
  ["all types of a union", z.union([z.string(), z.array(z.string())]), 3, [[
    "",
    "expected a string or a list, got 3",
  ]]],
  ["the branch of a union that came closest", z.union([z.string(), z.array(z.string())]), ["a", 3], [[
    "[1]",
    "expected a string, got 3",
  ]]],
  ["a union inside a list", z.array(z.union([z.string(), z.array(z.string())])), [[3]], [[
    "[0][0]",
    "expected a string, got 3",
  ]]],
  ["a union of words", z.union([z.literal("none"), z.int({ error: "expected an integer ≥ 1" })]), "x", [[
    "",
    'expected none or an integer ≥ 1, got "x"',
  ]]],
  ["a message of the schema", z.int({ error: "expected an integer ≥ 1" }), "many", [[
    "",
    'expected an integer ≥ 1, got "many"',
  ]]],
  ["a refinement as it is", z.string().check(z.refine(() => false, { error: "no such day" })), "x", [[
    "",
    "no such day",
  ]]],
  ["an object where a text should be", z.string(), { a: 1 }, [["", "expected a string, got an object"]]],
];

for (const [claim, schema, input, expected] of CASES) {
  Deno.test(`describeIssues() tells ${claim}`, () => assert.deepEqual(told(schema, input), expected));
}

Deno.test("describeIssues() cuts a long value", () => {
  const [[, message] = ["", ""]] = told(z.int(), "x".repeat(10_000));
  assert.equal(message, `expected a number, got "${"x".repeat(59)}… (10002 characters)`);
});

Deno.test("describeIssues() names a key of the prototype as missing", () => {
  assert.deepEqual(told(z.object({ toString: z.string() }), {}), [[
    "toString",
    "missing, expected a string",
  ]]);
});
