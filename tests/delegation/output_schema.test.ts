import assert from "node:assert/strict";
import fc from "fast-check";
import { Validator } from "@cfworker/json-schema";
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

Deno.test("schemaProblem() finds nothing wrong with a schema, and leaves it as it is", async () => {
  for (const schema of GOOD) {
    const frozen = structuredClone(schema);
    assert.equal(await schemaProblem(Object.freeze(schema)), null, JSON.stringify(schema));
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
  [{ properties: { a: { $ref: "#/$defs/x" } } }, /^#\/properties\/a: there is nothing at #\/\$defs\/x$/],
  [{ $ref: "https://example.com/else.json" }, /nothing at https:/],
  [{ $defs: { a: { $id: "x" }, b: { $id: "x" } } }, /^#\/\$defs\/[ab]\/\$id: another schema has this name$/],
  [{ $ref: "#/x-own", "x-own": { type: "strin" } }, /^#\/x-own\/type: /],
  [{ properties: { a: { pattern: "(?=a)b" } } }, /^#\/properties\/a\/pattern: /],
  [{ items: { pattern: "(a{1000}){1000}" } }, /^#\/items\/pattern: /],
  [{ pattern: "a".repeat(2000) }, /^#\/pattern: it is longer than 1000 characters$/],
  [3, /^#: /],
];

Deno.test("schemaProblem() says where it is no schema", async () => {
  for (const [schema, said] of BAD) assert.match(await schemaProblem(schema) ?? "nothing", said);
});

Deno.test("schemaFaults() names the places of a value that are wrong", async () => {
  const schema = {
    type: "object",
    properties: { a: { type: "array", items: { type: "number" } } },
    required: ["b"],
  };
  assert.deepEqual(await schemaFaults(schema, { a: [1, "2"], b: 0 }), [
    '#/a/1: Instance type "string" is invalid. Expected "number".',
  ]);
  assert.deepEqual(await schemaFaults(schema, { a: [] }), [
    '#: Instance does not have required property "b".',
  ]);
});

/** `inner` in so many of `wrap`. */
function nested(levels: number, wrap: (inner: unknown) => unknown): unknown {
  return Array.from({ length: levels }).reduce<unknown>((inner) => wrap(inner), {});
}

function chain(length: number, link: (next: string) => object): Record<string, object> {
  const names = Array.from({ length }, (_, index) => `a${index}`);
  return Object.fromEntries(
    names.map((
      name,
      index,
    ) => [name, index + 1 < length ? link(`#/$defs/a${index + 1}`) : { type: "string" }]),
  );
}

const ENDLESS: readonly (readonly [string, unknown, RegExp])[] = [
  ["refers to itself", { $ref: "#" }, /^#: it refers to itself/],
  ["refers to itself in a ring", {
    $defs: { a: { $ref: "#/$defs/b" }, b: { anyOf: [{ $ref: "#/$defs/a" }] } },
  }, /itself/],
  ["refers to itself by not", { not: { $ref: "#" } }, /itself/],
  [
    "refers to itself under a condition",
    { if: {}, then: { $dynamicRef: "#x" }, $dynamicAnchor: "x" },
    /itself/,
  ],
  [
    "is nested deep",
    nested(5_000, (inner) => ({ properties: { a: inner } })),
    /^#\/properties\/a.*…: it is nested more/,
  ],
  ["is nested deep in lists", nested(5_000, (inner) => ({ allOf: [inner] })), /nested more/],
  [
    "is nested deep where nothing is read",
    { default: nested(5_000, (inner) => [inner]) },
    /^#\/default.*nested more/,
  ],
  [
    "is one long chain",
    { $defs: chain(5_000, ($ref) => ({ $ref })), $ref: "#/$defs/a0" },
    /more than 200 schemas/,
  ],
  ["is far too large", { enum: Array.from({ length: 3_000_000 }, () => 0) }, /too many steps/],
];

for (const [what, schema, said] of ENDLESS) {
  Deno.test(`schemaProblem() refuses a schema that ${what}`, async () => {
    assert.match(await schemaProblem(schema) ?? "nothing", said);
  });
}

/** [what, schema, value, its faults]: each would take a validator that follows every path, or backtracks, for ever. */
const EXPENSIVE: readonly (readonly [string, Record<string, unknown>, unknown, RegExp | null])[] = [
  [
    "2^60 paths through references",
    {
      $defs: chain(60, ($ref) => ({ allOf: [{ $ref }, { $ref }] })),
      properties: { x: { $ref: "#/$defs/a0" } },
    },
    { x: 3 },
    /^#\/x: Instance type "number" is invalid/,
  ],
  [
    "2^60 paths, all of them right",
    { $defs: chain(60, ($ref) => ({ anyOf: [{ $ref }, { $ref }] })), $ref: "#/$defs/a0" },
    "text",
    null,
  ],
  [
    "2^100 paths into the value",
    { allOf: [{ properties: { a: { $ref: "#" } } }, { properties: { a: { $ref: "#" } } }], type: "object" },
    Array.from({ length: 100 }).reduce<unknown>((inner) => ({ a: inner }), { a: 1 }),
    /Instance type "number"/,
  ],
  [
    "a pattern that backtracks",
    { items: { pattern: "^(a+)+$" } },
    Array.from({ length: 60 }, () => `${"a".repeat(60)}!`),
    /^#\/0: String does not match pattern/,
  ],
  ["names against one", { patternProperties: { "^(a+)+$": false } }, { [`${"a".repeat(60)}!`]: 1 }, null],
  [
    "a long text against a large pattern",
    { pattern: "(x{1,90}y{1,90}){1,8}z" },
    "xy".repeat(500_000),
    /^it cannot be checked \(checking it takes too many steps\)$/,
  ],
  [
    "many items, none twice",
    { uniqueItems: true },
    Array.from({ length: 50_000 }, (_, index) => [index]),
    null,
  ],
  [
    "a choice of many",
    { items: { enum: Array.from({ length: 20_000 }, (_, index) => ({ index })) } },
    Array.from({ length: 50 }, () => "none"),
    /^#\/0: Instance does not match any of \[\{"index":0\}.{150,250}…/,
  ],
  [
    "a value nested deep",
    { items: { $ref: "#" } },
    nested(5_000, (inner) => [inner]),
    /nested more than 200 levels/,
  ],
];

for (const [what, schema, value, said] of EXPENSIVE) {
  Deno.test(`schemaFaults() bears ${what}`, async () => {
    assert.equal(await schemaProblem(schema), null);
    const faults = await schemaFaults(schema, value);
    if (said === null) assert.deepEqual(faults, []);
    else assert.match(faults[0] ?? "none", said);
    assert.ok(faults.join().length < 10_000);
  });
}

/** [schema, what satisfies it, what does not] */
const KEYWORDS: readonly (readonly [Record<string, unknown>, readonly unknown[], readonly unknown[]])[] = [
  [{ type: ["integer", "null"] }, [1, 2.0, null], [1.5, "1", [], {}, true]],
  [{ const: { a: [1, { b: null }] } }, [{ a: [1, { b: null }] }], [{ a: [1] }, null]],
  [{ enum: [1, "a", { x: 1, y: 2 }] }, [{ y: 2, x: 1 }, "a"], [2, { x: 1 }]],
  [{ minimum: 1, exclusiveMaximum: 3 }, [1, 2.9, "0"], [0.9, 3]],
  [{ multipleOf: 0.1 }, [0.3, 1, 1e9], [0.35]],
  [{ minLength: 2, maxLength: 2 }, ["ab", "👍👍", 7], ["a", "👍", "abc"]],
  [{ pattern: "^\\p{Lu}[a-z]+\\d$" }, ["Ärger1", 3], ["ärger1", "A1"]],
  [{ format: "date" }, ["2026-02-28", 3], ["2026-02-30"]],
  [{ format: "regex" }, ["a+"], ["("]],
  [{ uniqueItems: true }, [[1, "1", [1]]], [[1, 2, 1], [{ a: 1, b: 2 }, { b: 2, a: 1 }]]],
  [{ required: ["a"], maxProperties: 1 }, [{ a: 1 }, []], [{}, { a: 1, b: 2 }]],
  [{ dependentRequired: { a: ["b"] } }, [{ b: 1 }, { a: 1, b: 1 }], [{ a: 1 }]],
  [{ dependencies: { a: ["b"], c: { required: ["d"] } } }, [{ a: 1, b: 1 }], [{ a: 1 }, { c: 1 }]],
  [{ oneOf: [{ minimum: 5 }, { maximum: 7 }] }, [1, 9], [6]],
  [{ not: { type: "string" } }, [1], ["a"]],
  [{ if: { minimum: 5 }, then: { multipleOf: 5 }, else: { maximum: 2 } }, [1, 10], [3, 6]],
  [
    {
      patternProperties: { "^x-": { type: "number" } },
      properties: { a: true },
      additionalProperties: false,
    },
    [{ a: 1, "x-b": 2 }],
    [{ b: 1 }, { "x-b": "2" }],
  ],
  [{ propertyNames: { maxLength: 1 } }, [{ a: 1 }], [{ ab: 1 }]],
  [{ prefixItems: [{ type: "string" }], items: { type: "number" } }, [["a", 1], []], [[1], ["a", "b"]]],
  [{ contains: { type: "number" }, maxContains: 1 }, [["a", 1]], [["a"], [1, 2], []]],
  [{ contains: { const: 1 }, minContains: 0 }, [[], [2]], []],
  [
    { allOf: [{ properties: { a: true } }], unevaluatedProperties: false },
    [{ a: 1 }, {}],
    [{ a: 1, b: 1 }],
  ],
  [{ anyOf: [{ prefixItems: [true, true] }, false], unevaluatedItems: false }, [[1, 2], [1]], [[1, 2, 3]]],
  [
    { $id: "https://a.example/tree", properties: { next: { $ref: "tree" } }, additionalProperties: false },
    [{ next: { next: {} } }],
    [{ next: { nxt: 1 } }],
  ],
  [{ $dynamicRef: "#n", $defs: { n: { $dynamicAnchor: "n", type: "number" } } }, [1], ["1"]],
  [{ $ref: "#/$defs/a~1b%25", $defs: { "a/b%": { type: "number" } } }, [1], ["1"]],
];

for (const [schema, right, wrong] of KEYWORDS) {
  Deno.test(`schemaFaults() holds values to ${JSON.stringify(schema)}`, async () => {
    assert.equal(await schemaProblem(schema), null);
    for (const value of right) assert.deepEqual(await schemaFaults(schema, value), [], JSON.stringify(value));
    for (const value of wrong) {
      assert.notDeepEqual(await schemaFaults(schema, value), [], JSON.stringify(value));
    }
  });
}

Deno.test("schemaFaults() agrees with another validator on small schemas", async () => {
  const { schema } = fc.letrec((tie) => {
    const inner = tie("schema");
    const some = fc.array(inner, { minLength: 1, maxLength: 2 });
    const types = ["string", "number", "integer", "object", "array", "null", "boolean"];
    return {
      schema: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        fc.record({ type: fc.constantFrom(...types), minimum: fc.integer({ min: -1, max: 3 }) }, {
          requiredKeys: [],
        }),
        fc.record({
          properties: fc.dictionary(fc.constantFrom("a", "b"), inner),
          required: fc.constant(["a"]),
        }, { requiredKeys: [] }),
        fc.record({ additionalProperties: inner, properties: fc.dictionary(fc.constant("a"), inner) }),
        fc.record({ items: inner, prefixItems: some, maxItems: fc.nat(3) }, { requiredKeys: ["items"] }),
        fc.record({ enum: fc.array(fc.jsonValue({ maxDepth: 1 }), { maxLength: 3 }) }),
        fc.record({ anyOf: some, not: inner }, { requiredKeys: [] }),
        fc.record({ allOf: some, oneOf: some }, { requiredKeys: [] }),
        fc.record({ if: inner, then: inner, else: inner }),
      ),
    };
  });
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 2 },
      fc.constantFrom(0, 1, 1.5, "a", null, true),
      fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value")),
      fc.array(tie("value"), { maxLength: 3 }),
    ),
  })).value;
  await fc.assert(
    fc.asyncProperty(schema, value, async (schema, value) => {
      const own = await schemaFaults(schema as Record<string, unknown>, value);
      const other = new Validator(structuredClone(schema) as object, "2020-12", false).validate(value);
      assert.equal(own.length === 0, other.valid);
    }),
    { numRuns: 2_000 },
  );
});
