import assert from "node:assert/strict";
import fc from "fast-check";
import { commandRisks } from "../../../lib/tools/approval/command_risks.ts";
import { readCommand } from "../../../lib/tools/approval/read_command.ts";
import { NO_FACTS } from "./no_facts.ts";

const READ = { cwd: "/work", variables: { HOME: "/home/ann" }, facts: NO_FACTS };
const GROUND = {
  home: "/home/ann",
  hermesHome: "/home/ann/.hermes",
  cwd: "/work",
  secretPaths: [],
  allow: [],
  asksAlways: false,
  facts: NO_FACTS,
};

function names(command: string): (string | null)[] {
  return readCommand(command, READ).invocations.map(({ name }) => name);
}

Deno.test("readCommand() finds every program, whatever stands around it", () => {
  assert.deepEqual(names("a | b && c; (d) & { e; }; if f; then g; else h; fi"), [..."abcdefgh"]);
  assert.deepEqual(names('x "$(a)" `b` <(c) > >(d) y=$(e)'), ["x", ..."abcde"]);
  assert.deepEqual(names("for i in 1; do a; done; while b; do c; done; case x in y) d;; esac"), [
    ..."abcd",
  ]);
});

Deno.test("readCommand() gives words as the program gets them, and says which are only known when it runs", () => {
  const [{ args }] = readCommand(`p 'a b' "$HOME/c" ~/d e\\ f "$X" $Y *.ts $(g)`, READ)
    .invocations as [
      ReturnType<typeof readCommand>["invocations"][number],
    ];
  assert.deepEqual(args.map(({ text, isStatic, isSplit }) => [text, isStatic, isSplit]), [
    ["a b", true, false],
    ["/home/ann/c", true, false],
    ["/home/ann/d", true, false],
    ["e f", true, false],
    ["$X", false, false],
    ["$Y", false, true],
    ["*.ts", true, false],
    ["$(g)", false, true],
  ]);
});

Deno.test("readCommand() reads the body of a loop for each of its first words, and once for all that are left", () => {
  const bodies = (words: string) =>
    readCommand(`for i in ${words}; do p "$i"; done`, READ).invocations
      .map(({ args }) => args.map(({ text }) => text).join());
  assert.deepEqual(bodies("a b"), ["a", "b"]);
  assert.deepEqual(bodies("a b c d e f"), ["a", "b", "c", "d", "$i"]);
  assert.deepEqual(bodies("a $(q)"), ["", "a", "$i"]);
  const nested = "for i in a b c d e; do ".repeat(60) + "p" + "; done".repeat(60);
  assert.equal(readCommand(nested, READ).isUnclear, true);
});

Deno.test("readCommand() ends and throws nothing, whatever it reads", () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.constantFrom(
      ..."bash -c ' \" $( ` ) | ; & < > << {} [ ] # \\ \n eval env xargs find -exec rm -r".split(" "),
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      assert.ok(Array.isArray(commandRisks(pieces.join(" "), GROUND)));
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("readCommand() of scripts within scripts is unclear at some depth, and soon done", () => {
  let script = "rm -r x";
  for (let depth = 0; depth < 12; depth++) script = `bash -c ${JSON.stringify(script)}`;
  assert.equal(readCommand(script, READ).isUnclear, true);
  const wrapped = readCommand(`${"env nice timeout 5 ".repeat(8)}ls`, READ).invocations;
  assert.ok(wrapped.length <= 33, `${wrapped.length} guesses`);
});

Deno.test("readCommand() of 100 kB of words that begin something is unclear, and throws nothing", () => {
  for (
    const word of [
      "coproc ",
      "time ",
      "! ",
      "{ ",
      "if ",
      "while ",
      "for i in a; do ",
      "case a in a) ",
      "f() { ",
      "env ",
    ]
  ) {
    const command = word.repeat(100_000 / word.length) + "rm -r x";
    assert.ok(Array.isArray(commandRisks(command, GROUND)), word);
  }
  assert.equal(readCommand("coproc ".repeat(14_000) + "ls", READ).isUnclear, true);
  assert.equal(readCommand("env ".repeat(25_000) + "ls", READ).isUnclear, true);
});

Deno.test("whatever stands around it in a command line, rm -r asks", () => {
  const around = fc.constantFrom<(inner: string) => string>(
    (inner) => `true && ${inner}`,
    (inner) => `( ${inner} )`,
    (inner) => `{ ${inner}; }`,
    (inner) => `echo "$( ${inner} )"`,
    (inner) => `bash -c ${quoted(inner)}`,
    (inner) => `if true; then ${inner}; fi`,
    (inner) => `${inner} | cat`,
    (inner) => `f() { ${inner}; }; f`,
    (inner) => `eval ${quoted(inner)}`,
  );
  fc.assert(
    fc.property(fc.array(around, { maxLength: 5 }), (layers) => {
      const command = layers.reduce((inner, layer) => layer(inner), "rm -r x");
      assert.notDeepEqual(commandRisks(command, GROUND), [], command);
    }),
    { numRuns: 500 },
  );
});

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** `a0=…; a1=$a0$a0; …`, written by `twice`: 24 times as long again as what it begins with, doubled. */
function doubled(twice: (name: string) => string): string {
  const steps = Array.from({ length: 24 }, (_, index) => `a${index + 1}=${twice(`a${index}`)}`);
  return ["a0=/etc/xx", ...steps].join(";");
}

Deno.test("readCommand() follows no variable that grows beyond what anybody writes", () => {
  const commands = [
    `${doubled((name) => `$${name}$${name}`)};cat $a24`,
    `${doubled((name) => `"$${name}$${name}"`)};cat "$a24"`,
    `${doubled((name) => `"\${${name}} $${name}"`)};echo x > $a24`,
    `${doubled((name) => `($${name} $${name})`)};for i in \${a24[@]}; do cat $i; done`,
    `a='${"x ".repeat(30_000)}'; for i in ${"$a ".repeat(1000)}; do cat $i; done`,
    `a='${"x".repeat(60_000)}'; cat "${"$a".repeat(5000)}"`,
  ];
  for (const command of commands) {
    assert.equal(readCommand(command, READ).isUnclear, true, command.slice(0, 80));
  }
  assert.equal(readCommand("a=/etc/xx; b=$a$a; cat $b", READ).isUnclear, false);
});
