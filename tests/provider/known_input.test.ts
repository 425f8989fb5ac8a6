import assert from "node:assert/strict";
import fc from "fast-check";
import { KnownInput } from "../../lib/provider/known_input.ts";

/** A part of a request, with what it takes on the wire and what its server counts for it. */
interface Part {
  readonly bytes: number;
  readonly tokens: number;
}

const part = fc.integer({ min: 1, max: 2_000 }).chain((bytes) =>
  fc.record({ bytes: fc.constant(bytes), tokens: fc.integer({ min: 0, max: bytes }) })
);
const bytesOf = (parts: readonly Part[]) => parts.reduce((sum, { bytes }) => sum + bytes, 0);
const tokensOf = (parts: readonly Part[]) => parts.reduce((sum, { tokens }) => sum + tokens, 0);

function known(): KnownInput {
  return new KnownInput((each) => (each as Part).bytes);
}

/** Reports a request to `input`, and returns it. */
function report(input: KnownInput, parts: readonly Part[], count = tokensOf): readonly Part[] {
  input.learn(parts, bytesOf(parts), count(parts));
  return parts;
}

/** How the next request differs from one before: parts at its end, or any left out but the first, the frame of its body. */
const change = fc.record({
  added: fc.array(part, { maxLength: 4 }),
  kept: fc.oneof(fc.constant(null), fc.infiniteStream(fc.boolean())),
  isBack: fc.boolean(),
  isReported: fc.boolean(),
});

/** Servers that count each part by itself, all bytes together, or a prompt of their own beside them. */
const COUNTS: Readonly<Record<string, (parts: readonly Part[]) => number>> = {
  "by part": tokensOf,
  "four bytes to a token, rounded down": (parts) => Math.floor(bytesOf(parts) / 4),
  "four bytes to a token, rounded up": (parts) => Math.ceil(bytesOf(parts) / 4),
  "with a prompt of its own": (parts) => 50_000 + tokensOf(parts),
};

for (const [how, count] of Object.entries(COUNTS)) {
  Deno.test(`bound() is never below what a server counts (${how}), whatever is added and left out`, () => {
    fc.assert(fc.property(fc.array(part, { minLength: 1 }), fc.array(change), (first, changes) => {
      const input = known();
      const requests = [report(input, first, count)];
      for (const { added, kept, isBack, isReported } of changes) {
        const before = requests.at(isBack ? -2 : -1) ?? first;
        const parts = [
          ...kept === null ? before : before.filter((_, at) => at === 0 || kept.next().value),
          ...added,
        ];
        const bound = input.bound(parts, bytesOf(parts));
        assert.ok(bound >= count(parts), `${bound} for ${count(parts)}`);
        if (isReported) requests.push(report(input, parts, count));
      }
    }));
  });
}

Deno.test("bound() of a request that leaves parts out is that of the whole, and the bytes that are new", () => {
  fc.assert(fc.property(fc.array(part, { minLength: 2 }), fc.array(part), (first, added) => {
    fc.pre(tokensOf(first) > 0);
    const input = known();
    report(input, first);
    const parts = [...first.slice(1), ...added];
    assert.ok(input.bound(parts, bytesOf(parts)) <= tokensOf(first) + bytesOf(added));
  }));
});

Deno.test("bound() counts what stays of a long conversation as it was counted when it came", () => {
  const input = known();
  const parts = Array.from({ length: 20 }, () => ({ bytes: 4_000, tokens: 1_000 }));
  for (let length = 1; length <= parts.length; length++) report(input, parts.slice(0, length));
  const short = [parts[0]!, { bytes: 300, tokens: 80 }, ...parts.slice(-2)];
  const bound = input.bound(short, bytesOf(short));
  assert.ok(bound >= 3_080 && bound < 3_400, String(bound));
});

Deno.test("a report that contradicts those before it takes their place", () => {
  const input = known();
  const parts = [{ bytes: 900, tokens: 800 }];
  report(input, parts);
  report(input, parts, () => 200);
  assert.equal(input.bound(parts, 900), 200);
});
