import assert from "node:assert/strict";
import { parseYaml } from "../../lib/config/yaml_file.ts";

const SELF = (name: string) => `the alias "${name}" stands in what it is an alias of`;
const DEEP = "it is nested too deep";

for (
  const [text, message, line] of [
    ["a: &x {b: *x}", SELF("x"), 1],
    ["a: 1\nb: &x [1, *x]", SELF("x"), 2],
    ["&r\na: *r", SELF("r"), 2],
    ["a: &a\n  <<: *a\n  b: 1", SELF("a"), 2],
    ["a: &x\n  b: &y\n    c: *x", SELF("x"), 3],
    ["a: 1\nb: " + "[".repeat(200) + "]".repeat(200), DEEP, 2],
    ["[".repeat(20_000), DEEP, 1],
    ["- ".repeat(20_000) + "a", DEEP, 1],
  ] as const
) {
  Deno.test(`parseYaml() has no value for ${JSON.stringify(text.slice(0, 40))}, and says where not`, () => {
    const { value, problem } = parseYaml(text);
    assert.deepEqual([value, problem?.message, problem?.position?.line], [undefined, message, line]);
  });
}

Deno.test("parseYaml() reads aliases that end", () => {
  assert.deepEqual(parseYaml("a: &x {p: 1}\nb: *x\nc: {<<: *x, q: *x}\nd: [*x, *x]").value, {
    a: { p: 1 },
    b: { p: 1 },
    c: { p: 1, q: { p: 1 } },
    d: [{ p: 1 }, { p: 1 }],
  });
});
