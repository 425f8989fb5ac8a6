import assert from "node:assert/strict";
import fc from "fast-check";
import { parseCommands, type Step } from "../../../lib/provider/offline/commands.ts";
import { quote } from "../../../lib/provider/offline/quotes.ts";

function bodies(text: string): object[] {
  const parsed = parseCommands(text);
  assert.ok("steps" in parsed, "fault" in parsed ? parsed.fault : "");
  return parsed.steps.map(({ source: _, ...body }) => body);
}

function fault(text: string): string {
  const parsed = parseCommands(text);
  assert.ok("fault" in parsed, `understood: ${text}`);
  return parsed.fault;
}

const UNDERSTOOD: readonly (readonly [string, readonly object[]])[] = [
  ['run: echo "a then b" then say: done', [
    { verb: "run", command: 'echo "a then b"' },
    { verb: "say", text: "done" },
  ]],
  ['run: "if true; then echo x; fi"', [{ verb: "run", command: "if true; then echo x; fi" }]],
  ["run: for i in 1 2; do echo $i; done", [{ verb: "run", command: "for i in 1 2; do echo $i; done" }]],
  ['write: made.txt "some words" then run: wc -w < made.txt', [
    { verb: "write", path: "made.txt", content: "some words" },
    { verb: "run", command: "wc -w < made.txt" },
  ]],
  ['write: "my file" a b then read: "my file"', [
    { verb: "write", path: "my file", content: "a b" },
    { verb: "read", path: "my file" },
  ]],
  ['write: empty.txt ""', [{ verb: "write", path: "empty.txt", content: "" }]],
  ["WAIT : 0.5", [{ verb: "wait", seconds: 0.5 }]],
  ["wait: 2 s", [{ verb: "wait", seconds: 2 }]],
  ["ask: which one?", [{ verb: "ask", question: "which one?" }]],
  ['say: ""', [{ verb: "say", text: "" }]],
  ["delegate: wait: 2 then say: one; wait: 2 then say: two", [
    { verb: "delegate", goals: ["wait: 2 then say: one", "wait: 2 then say: two"], waits: false },
  ]],
  ['delegate and wait: "run: a; b"; say: c', [{
    verb: "delegate",
    goals: ["run: a; b", "say: c"],
    waits: true,
  }]],
  ['say: hi then delegate: say: "x; y" then say: z', [
    { verb: "say", text: "hi" },
    { verb: "delegate", goals: ['say: "x; y" then say: z'], waits: false },
  ]],
  ["check t7f3k9", [{ verb: "check", ids: ["t7f3k9"] }]],
  ["check: t7f3k9, t00000", [{ verb: "check", ids: ["t7f3k9", "t00000"] }]],
  ["collect t7f3k9 t00000 then list", [
    { verb: "collect", ids: ["t7f3k9", "t00000"] },
    { verb: "list", all: false },
  ]],
  ["collect", [{ verb: "collect", ids: [] }]],
  ["cancel: x", [{ verb: "cancel", ids: ["x"] }]],
  ["steer t7f3k9 say: a then say: b", [{ verb: "steer", id: "t7f3k9", message: "say: a then say: b" }]],
  ['steer: t7f3k9 "blue"', [{ verb: "steer", id: "t7f3k9", message: "blue" }]],
  ["list all", [{ verb: "list", all: true }]],
];

for (const [text, steps] of UNDERSTOOD) {
  Deno.test(`parseCommands() understands ${text}`, () => assert.deepEqual(bodies(text), steps));
}

const REFUSED: readonly (readonly [string, RegExp])[] = [
  ["hello", /^"hello" is none of my commands$/],
  ["", /^"" is none/],
  ["check the logs", /none of my commands/],
  ["list the files", /none of my commands/],
  ["collect stamps", /none of my commands/],
  ["say hello", /none of my commands/],
  ["say: we went home then slept", /^"slept" is none/],
  ["wait: soon", /wait needs seconds from 0 to 604800$/],
  ["wait: 604801", /wait needs seconds/],
  ["wait: -1", /wait needs seconds/],
  ["run:", /run needs a command$/],
  ["write: a.txt", /write needs a path and a text/],
  ["delegate: ; ;", /delegate needs a goal/],
  ["steer t7f3k9", /steer needs a task id and a message$/],
  ["check:", /check needs a task id$/],
];

for (const [text, why] of REFUSED) {
  Deno.test(`parseCommands() does not obey ${JSON.stringify(text)}`, () => assert.match(fault(text), why));
}

Deno.test("parseCommands() gives back any quoted text of any verb", () => {
  const texts = fc.array(fc.string({ minLength: 1 }).filter((text) => text.trim() !== ""), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(fc.property(texts, (all) => {
    const written = all.map((text) =>
      `say: ${quote(text)} then run: ${quote(text)} then write: f ${quote(text)}`
    );
    assert.deepEqual(
      bodies(written.join(" then ")),
      all.flatMap((text) => [
        { verb: "say", text },
        { verb: "run", command: text },
        { verb: "write", path: "f", content: text },
      ]),
    );
    assert.deepEqual(bodies(`delegate: ${all.map(quote).join(";")}`), [{
      verb: "delegate",
      goals: all,
      waits: false,
    }]);
  }));
});

Deno.test("parseCommands() is total: any text is steps or a fault", () => {
  const words = fc.constantFrom(
    "say:",
    "run:",
    "delegate:",
    "steer",
    "t7f3k9",
    "then",
    '"',
    "\\",
    ";",
    "wait:",
    "1",
    "constructor:",
  );
  fc.assert(fc.property(fc.array(words).map((parts) => parts.join(" ")), (text) => {
    const parsed = parseCommands(text);
    const steps: readonly Step[] = "steps" in parsed ? parsed.steps : [];
    assert.ok("fault" in parsed || steps.length > 0);
    for (const { source } of steps) assert.ok(text.includes(source));
  }));
});
