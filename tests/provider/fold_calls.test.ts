import assert from "node:assert/strict";
import fc from "fast-check";
import { CallFold, type WireCallDelta } from "../../lib/provider/fold_calls.ts";
import type { ToolCall } from "../../lib/protocol/conversation.ts";

/** Folds chunks of deltas; new ids are `new1`, `new2`, …. */
function fold(
  chunks: readonly (readonly WireCallDelta[])[],
  taken: readonly string[] = [],
): readonly ToolCall[] | undefined {
  const calls = new CallFold();
  for (const chunk of chunks) calls.add(chunk);
  let made = 0;
  return calls.end(new Set(taken), () => `new${++made}`);
}

interface Planned {
  readonly name: string;
  readonly args: string;
}

/** Calls whose arguments are JSON objects, a few names so that they repeat. */
const planned: fc.Arbitrary<Planned> = fc.record({
  name: fc.constantFrom("read", "write", "run"),
  args: fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 }).map((
    value,
  ) => JSON.stringify(value)),
});
const several = fc.array(planned, { minLength: 1, maxLength: 4 });
/** Draws that decide where to cut and whose turn it is. */
const draws = fc.array(fc.nat({ max: 1000 }), { minLength: 60, maxLength: 60 });

function cut(text: string, next: () => number): string[] {
  const pieces: string[] = [];
  for (let rest = text; rest !== "";) {
    const length = 1 + next() % rest.length;
    pieces.push(rest.slice(0, length));
    rest = rest.slice(length);
  }
  return pieces;
}

function drawer(values: readonly number[]): () => number {
  let index = 0;
  return () => values[index++ % values.length] ?? 0;
}

/** One delta to a chunk, or all in one. */
function chunked(deltas: readonly WireCallDelta[], inOne: boolean): readonly (readonly WireCallDelta[])[] {
  return inOne ? [deltas] : deltas.map((delta) => [delta]);
}

function expected(calls: readonly Planned[]): object[] {
  return calls.map(({ name, args }) => ({ name, arguments: args }));
}

/** Each call once. */
function differing(calls: readonly Planned[]): readonly Planned[] {
  return [...new Map(calls.map((call) => [`${call.name} ${call.args}`, call])).values()];
}

function bare(calls: readonly ToolCall[] | undefined): object[] | undefined {
  return calls?.map(({ name, arguments: args }) => ({ name, arguments: args }));
}

Deno.test("CallFold puts interleaved pieces together, however they were cut and mixed", () => {
  fc.assert(fc.property(several, draws, fc.boolean(), (calls, values, repeatsName) => {
    const next = drawer(values);
    const heads = calls.map(({ name }, index) => ({
      index,
      id: `c${index}`,
      function: { name, arguments: "" },
    }));
    const queues = calls.map(({ name, args }, index) =>
      cut(args, next).map((piece) => ({
        index,
        function: { ...(repeatsName ? { name } : {}), arguments: piece },
      }))
    );
    const mixed: WireCallDelta[] = [];
    for (
      let open = queues.filter((queue) => queue.length > 0);
      open.length > 0;
      open = open.filter((q) => q.length > 0)
    ) {
      mixed.push(open[next() % open.length]!.shift()!);
    }
    assert.deepEqual(
      fold(chunked([...heads, ...mixed], false)),
      calls.map(({ name, args }, index) => ({ id: `c${index}`, name, arguments: args })),
    );
  }));
});

Deno.test("CallFold keeps whole calls apart, whatever their indexes and ids are", () => {
  const indexes = fc.constantFrom<(i: number) => object>(
    (i) => ({ index: i }),
    () => ({ index: 0 }),
    () => ({}),
    () => ({ index: null }),
  );
  const ids = fc.constantFrom<(i: number) => object>(
    (i) => ({ id: `c${i}` }),
    () => ({ id: "" }),
    () => ({}),
    () => ({ id: null }),
    () => ({ id: "same" }), // and so each of them once
  );
  fc.assert(fc.property(several, indexes, ids, fc.boolean(), (calls, indexOf, idOf, inOne) => {
    const deltas = calls.map(({ name, args }, i) => ({
      ...indexOf(i),
      ...idOf(i),
      function: { name, arguments: args },
    }));
    const folded = fold(chunked(deltas, inOne));
    const kept = JSON.stringify(idOf(0)) === JSON.stringify({ id: "same" }) ? differing(calls) : calls;
    assert.deepEqual(bare(folded), expected(kept));
    const found = folded?.map(({ id }) => id) ?? [];
    assert.equal(new Set(found).size, kept.length, "ids differ");
    assert.ok(!found.includes(""));
  }));
});

Deno.test("CallFold takes pieces without index and id for the call before them", () => {
  fc.assert(fc.property(several, draws, fc.boolean(), (calls, values, hasId) => {
    // Without an id, nothing tells a second call of the same tool from a name that is repeated.
    fc.pre(hasId || calls.every(({ name }, i) => name !== calls[i - 1]?.name));
    const next = drawer(values);
    const deltas = calls.flatMap(({ name, args }, i) => [
      { ...(hasId ? { id: `c${i}` } : {}), function: { name } },
      ...cut(args, next).map((piece) => ({ function: { arguments: piece } })),
    ]);
    assert.deepEqual(bare(fold(chunked(deltas, false))), expected(calls));
  }));
});

Deno.test("CallFold tells pieces without index apart by their id", () => {
  const piece = (id: string, args: string) => ({ id, function: { arguments: args } });
  assert.deepEqual(
    fold([
      [{ id: "a", function: { name: "read" } }, { id: "b", function: { name: "read" } }],
      [piece("a", '{"x"'), piece("b", '{"y"')],
      [piece("b", ":2}"), piece("a", ":1}")],
    ]),
    [{ id: "a", name: "read", arguments: '{"x":1}' }, { id: "b", name: "read", arguments: '{"y":2}' }],
  );
});

Deno.test("CallFold gives a new id where one is missing, doubled or used before", () => {
  const whole = (index: number, id: string) => ({
    index,
    id,
    function: { name: "run", arguments: JSON.stringify({ index }) },
  });
  assert.deepEqual(
    fold([[whole(0, "a"), whole(1, "a"), whole(2, ""), whole(3, "old"), whole(4, "b")]], ["old", "new1"])
      ?.map(({ id }) => id),
    ["a", "new2", "new3", "new4", "b"],
  );
});

Deno.test("CallFold takes arguments that are an object, and none at all for an empty object", () => {
  assert.deepEqual(
    fold([[
      { index: 0, id: "a", function: { name: "read", arguments: { path: "x" } } },
      { index: 1, id: "b", function: { name: "list" } },
      { index: 2, id: "c", function: { name: "list", arguments: null } },
    ]]),
    [
      { id: "a", name: "read", arguments: '{"path":"x"}' },
      { id: "b", name: "list", arguments: "{}" },
      { id: "c", name: "list", arguments: "{}" },
    ],
  );
});

Deno.test("CallFold keeps arguments that are no JSON as they came", () => {
  assert.deepEqual(fold([[{ index: 0, id: "a", function: { name: "run", arguments: "{broken" } }]]), [
    { id: "a", name: "run", arguments: "{broken" },
  ]);
});

Deno.test("CallFold refuses arguments without a name, and forgets an empty delta", () => {
  assert.equal(fold([[{ index: 0, id: "a", function: { arguments: "{}" } }]]), undefined);
  assert.deepEqual(fold([[{ index: 0, id: "a", function: null }], [{}]]), []);
});

Deno.test("CallFold.add() counts the characters of arguments", () => {
  const calls = new CallFold();
  assert.equal(calls.add([{ index: 0, function: { name: "a", arguments: "{}" } }, { index: 0 }]), 2);
});

/** A whole call. */
function call(id: string | undefined, args: unknown, more: object = {}): WireCallDelta {
  return { ...(id === undefined ? {} : { id }), function: { name: "run", arguments: args }, ...more };
}

const AGAIN:
  readonly (readonly [claim: string, chunks: readonly (readonly WireCallDelta[])[], ids: string[]])[] = [
    ["under another index", [[call("a", "{}", { index: 0 })], [call("a", "{}", { index: 1 })]], ["a"]],
    ["spaced otherwise", [[call("a", '{"x":1}', { index: 0 })], [call("a", '{ "x": 1 }', { index: 0 })]], [
      "a",
    ]],
    ["without an index", [[call("a", "{}")], [call("a", "{}")]], ["a"]],
    ["in the same chunk", [[call("a", "{}"), call("a", "{}")]], ["a"]],
    [
      "after it came in pieces",
      [[call("a", '{"x"', { index: 0 })], [{ index: 0, function: { arguments: ":1}" } }], [
        call("a", '{"x":1}'),
      ]],
      ["a"],
    ],
    ["with another id, which is another call", [[call("a", "{}")], [call("b", "{}")]], ["a", "b"]],
    ["with other arguments, which is another call", [[call("a", '{"x":1}')], [call("a", '{"x":2}')]], [
      "a",
      "new1",
    ]],
    ["without an id, under another index, which is another call", [[call(undefined, "{}", { index: 0 })], [
      call(undefined, "{}", { index: 1 }),
    ]], ["new1", "new2"]],
  ];

for (const [claim, chunks, ids] of AGAIN) {
  Deno.test(`CallFold takes a call that is sent again for one: ${claim}`, () => {
    assert.deepEqual(fold(chunks)?.map(({ id }) => id), ids);
  });
}

Deno.test("CallFold takes the calls of a whole message for those that the deltas have told of", () => {
  const calls = new CallFold();
  calls.add([call("a", "{}", { index: 0 })]);
  calls.add([call(undefined, '{"x":1}', { index: 1 })]);
  calls.add([call("c", '{"cut":', { index: 2 })]);
  calls.addWhole([call("a", "{}"), call("b", '{"x":1}'), call("c", '{"cut":1}'), call("d", "{}")]);
  assert.deepEqual(calls.end(new Set(), () => "new"), [
    { id: "a", name: "run", arguments: "{}" },
    { id: "b", name: "run", arguments: '{"x":1}' },
    { id: "c", name: "run", arguments: '{"cut":1}' },
    { id: "d", name: "run", arguments: "{}" },
  ]);
});

const NAMES:
  readonly (readonly [claim: string, deltas: readonly object[], calls: readonly (readonly string[])[]])[] = [
    ["in pieces", [{ index: 0, id: "a", name: "get_" }, { index: 0, name: "weather" }, {
      index: 0,
      arguments: "{}",
    }], [[
      "get_weather",
      "{}",
    ]]],
    ["in pieces with its id each time", [{ index: 0, id: "a", name: "get_" }, {
      index: 0,
      id: "a",
      name: "weather",
      arguments: '{"x":1}',
    }], [["get_weather", '{"x":1}']]],
    ["longer each time", [{ index: 0, name: "get" }, { index: 0, name: "get_weather", arguments: "{}" }], [[
      "get_weather",
      "{}",
    ]]],
    ["with each piece", [{ index: 0, name: "get", arguments: "{" }, {
      index: 0,
      name: "get",
      arguments: "}",
    }], [[
      "get",
      "{}",
    ]]],
    ["of another call after it", [{ index: 0, id: "a", name: "get" }, { index: 0, id: "b", name: "list" }], [
      ["get", "{}"],
      ["list", "{}"],
    ]],
  ];

for (const [claim, deltas, calls] of NAMES) {
  Deno.test(`CallFold takes a name ${claim}`, () => {
    const chunks = deltas.map((delta) => {
      const { index, id, ...ofFunction } = delta as Record<string, unknown>;
      return [{ index, id, function: ofFunction }];
    });
    assert.deepEqual(fold(chunks)?.map((each) => [each.name, each.arguments]), calls);
  });
}

Deno.test("CallFold takes indexes that are strings, or that only the first pieces lack", () => {
  const pieces = (index: unknown, other: unknown) => [
    [{ index, id: "a", function: { name: "run", arguments: '{"x"' } }],
    [{ index: other, function: { arguments: ":1}" } }],
  ];
  for (const [index, other] of [["0", "0"], ["0", 0], [undefined, 0], [null, "0"]]) {
    assert.deepEqual(fold(pieces(index, other)), [{ id: "a", name: "run", arguments: '{"x":1}' }]);
  }
});

Deno.test("CallFold takes ids that are numbers", () => {
  const piece = (id: number, args: string, name?: string) => ({ id, function: { name, arguments: args } });
  assert.deepEqual(
    fold([[piece(0, "", "run"), piece(1, "", "run")], [piece(0, '{"x":1}')], [piece(1, "{}")]]),
    [
      { id: "0", name: "run", arguments: '{"x":1}' },
      { id: "1", name: "run", arguments: "{}" },
    ],
  );
});

const ARGUMENTS: readonly (readonly [args: unknown, text: string])[] = [
  ["", "{}"],
  [" \n", "{}"],
  ["null", "{}"],
  [[], "{}"],
  ["[]", "{}"],
  [{ x: 1 }, '{"x":1}'],
  [JSON.stringify('{"x":1}'), '{"x":1}'],
  [JSON.stringify("words"), '"words"'],
  [`${'{"a":'.repeat(600)}1${"}".repeat(600)}`, `${'{"a":'.repeat(600)}1${"}".repeat(600)}`],
];

for (const [args, text] of ARGUMENTS) {
  Deno.test(`CallFold reads the arguments ${JSON.stringify(args).slice(0, 40)}`, () => {
    assert.deepEqual(fold([[call("a", args)]])?.map((each) => each.arguments), [text]);
  });
}

Deno.test("CallFold lets arguments in pieces take the place of an empty object before them", () => {
  const piece = (args: string) => [{ index: 0, function: { arguments: args } }];
  assert.deepEqual(fold([[call("a", "{}", { index: 0 })], piece('{"x"'), piece(":1}")]), [
    { id: "a", name: "run", arguments: '{"x":1}' },
  ]);
});

Deno.test("CallFold takes a call whose name and arguments stand beside its id, and a custom tool's input", () => {
  const flat = { id: "a", name: "run", arguments: { x: 1 } } as WireCallDelta;
  const custom = { id: "b", type: "custom", custom: { name: "math", input: "4 + 4" } } as WireCallDelta;
  assert.deepEqual(fold([[flat, custom]]), [
    { id: "a", name: "run", arguments: '{"x":1}' },
    { id: "b", name: "math", arguments: "4 + 4" },
  ]);
});
