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
    () => ({ id: "same" }),
  );
  fc.assert(fc.property(several, indexes, ids, fc.boolean(), (calls, indexOf, idOf, inOne) => {
    const deltas = calls.map(({ name, args }, i) => ({
      ...indexOf(i),
      ...idOf(i),
      function: { name, arguments: args },
    }));
    const folded = fold(chunked(deltas, inOne));
    assert.deepEqual(bare(folded), expected(calls));
    const found = folded?.map(({ id }) => id) ?? [];
    assert.equal(new Set(found).size, calls.length, "ids differ");
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
  const whole = (index: number, id: string) => ({ index, id, function: { name: "run", arguments: "{}" } });
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
