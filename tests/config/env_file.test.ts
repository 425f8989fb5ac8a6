import assert from "node:assert/strict";
import { parseEnvFile } from "../../lib/config/env_file.ts";

const CASES: readonly (readonly [string, Record<string, string>])[] = [
  ["A=b", { A: "b" }],
  ["  export A = b c \nB=\nC", { A: "b c", B: "" }],
  ["A=b#c", { A: "b#c" }],
  ["A=b #c", { A: "b" }],
  ["A=b\t# c # d\nB=#c\nC= # d", { A: "b", B: "", C: "" }],
  ["# A=b\n#B=c\n\nD=e", { D: "e" }],
  ["A='b #c' # d\nB=\"b #c\"#d\nC=`b 'c' \"d\"`", { A: "b #c", B: "b #c", C: `b 'c' "d"` }],
  ['A="b\\nc\\t\\"d\\" \\\\ \\$x"', { A: 'b\nc\t"d" \\ $x' }],
  ["A='b\\nc \\' \\\\'", { A: "b\\nc ' \\" }],
  ['K="-----BEGIN\nabc=\n-----END"\nB=c', { K: "-----BEGIN\nabc=\n-----END", B: "c" }],
  ['A="b\nB=c', { A: '"b', B: "c" }],
  ['A=it\'s\nB="b" c', { A: "it's", B: '"b" c' }],
  ["\uFEFFA=b\r\nB='c\r\nd'\r\n", { A: "b", B: "c\nd" }],
  ["A: b\nB:c\nC-1.x=d=e==", { A: "b", "C-1.x": "d=e==" }],
  ["A=b\nC=${A}/${X}${NO}-${NO:-e}\nD='${A}'\nE=\"${A} \\${A} $A\"", {
    A: "b",
    C: "b/env-e",
    D: "${A}",
    E: "b \\${A} $A".replace("\\", ""),
  }],
  ["A=1\nA=2\nX=file\nB=${X}", { A: "2", X: "file", B: "env" }],
  ["just words\n=b\n==\nA=b", { A: "b" }],
];

Deno.test("parseEnvFile() reads what python-dotenv and docker compose read", () => {
  for (const [text, expected] of CASES) {
    assert.deepEqual({ ...parseEnvFile(text, { X: "env" }) }, expected, text);
  }
});

Deno.test("parseEnvFile() takes no longer for an unclosed quote on every line", () => {
  const lines = Array.from({ length: 20_000 }, (_, at) => `A${at}="b`);
  assert.equal(Object.keys(parseEnvFile(lines.join("\n"), {})).length, 20_000);
});
