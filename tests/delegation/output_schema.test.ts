import assert from "node:assert/strict";
import { schemaFaults, schemaProblem } from "../../lib/delegation/output_schema.ts";

const GOOD = [
  {},
  { type: ["string", "null"] },
  { type: "object", properties: { a: { $ref: "#" } }, required: ["a"], additionalProperties: false },
  { $ref: "#/$defs/x", $defs: { x: { type: "string", pattern: "^a+$" } } },
  { $ref: "#foo", $defs: { a: { $anchor: "foo" } } },
  { $id: "https://example.com/a", properties: { b: { $ref: "a" } } },
  {
    properties: { type: { enum: ["a", 1, null] } },
    title: "x",
    "x-own": { type: 3 },
    default: { type: "?" },
  },
];

Deno.test("schemaProblem() finds nothing wrong with a schema, and leaves it as it is", () => {
  for (const schema of GOOD) {
    const frozen = structuredClone(schema);
    assert.equal(schemaProblem(Object.freeze(schema)), null, JSON.stringify(schema));
    assert.deepEqual(Reflect.ownKeys(schema), Reflect.ownKeys(frozen));
  }
});

/** [schema, where it is wrong] */
const BAD: readonly (readonly [unknown, RegExp])[] = [
  [{ type: "objekt" }, /^#\/type: /],
  [{ type: ["string", "nul"] }, /^#\/type\/1: /],
  [{ properties: [1] }, /^#\/properties: /],
  [{ properties: { a: { type: "strin" } } }, /^#\/properties\/a\/type: /],
  [{ items: [{}] }, /^#\/items: /],
  [{ required: "a" }, /^#\/required: /],
  [{ minLength: -1 }, /^#\/minLength: /],
  [{ anyOf: [{}, { type: 3 }] }, /^#\/anyOf\/1\/type: /],
  [{ not: { if: { then: { else: 1 } } } }, /^#\/not\/if\/then\/else: /],
  [{ patternProperties: { "(": {} } }, /^#\/patternProperties\/\(: /],
  [{ properties: { a: { $ref: "#/$defs/x" } } }, /nothing at #\/\$defs\/x$/],
  [{ $ref: "https://example.com/else.json" }, /nothing at https:/],
  [{ $defs: { a: { $id: "x" }, b: { $id: "x" } } }, /Duplicate/],
  [3, /^#: /],
];

Deno.test("schemaProblem() says where it is no schema", () => {
  for (const [schema, said] of BAD) assert.match(schemaProblem(schema) ?? "nothing", said);
});

Deno.test("schemaFaults() names the places of a value that are wrong", () => {
  const schema = {
    type: "object",
    properties: { a: { type: "array", items: { type: "number" } } },
    required: ["b"],
  };
  assert.deepEqual(schemaFaults(schema, { a: [1, "2"], b: 0 }), [
    '#/a/1: Instance type "string" is invalid. Expected "number".',
  ]);
  assert.deepEqual(schemaFaults(schema, { a: [] }), ['#: Instance does not have required property "b".']);
});
